using Npgsql;

namespace OnePlatform.ServiceDefaults;

/// <summary>
/// The groups whose rows the current unit of work may touch. PostgreSQL's row-level security enforces it under every query;
/// a scope that nobody set sees nothing.
/// </summary>
public sealed class TenantScope
{
    /// <summary>The groups, the acting group first.</summary>
    public IReadOnlyList<Guid> Groups { get; private set; } = [];

    /// <summary>True for the platform's own work across tenants: reactions to events, jobs, the relay.</summary>
    public bool IsSystem { get; private set; }

    /// <summary>
    /// The connection whose transaction the whole unit of work runs in; null, the rule, when each of its writes has its own.
    /// </summary>
    public NpgsqlConnection? Shared { get; private set; }

    /// <summary>Whether a transaction of this unit of work has been kept: a failure after it does not undo that one.</summary>
    public bool HasCommitted { get; private set; }

    /// <summary>
    /// Whether this unit of work acts in the group and nowhere else, and shares no transaction: what it asks for may then be done together with
    /// what others ask for in that group.
    /// </summary>
    public bool ActsJustIn(Guid group) => Shared is null && !IsSystem && Groups is [var only] && only == group;

    /// <summary>Begins or, with null, ends to run everything in the transaction of one connection.</summary>
    public void Share(NpgsqlConnection? connection) => Shared = connection;

    /// <summary>Restricts to one group.</summary>
    public void ActIn(Guid group) => ActIn([group]);

    /// <summary>Restricts to the given groups, for reads of a sub-tree.</summary>
    public void ActIn(IReadOnlyList<Guid> groups) => (Groups, IsSystem) = (groups, false);

    /// <summary>Lifts the restriction. Never in the path of a request without a reason that stands beside the call.</summary>
    public void ActAsSystem() => (Groups, IsSystem) = ([], true);

    internal void Committed() => HasCommitted = true;

    /// <summary>The groups as a PostgreSQL array literal.</summary>
    internal string GroupsLiteral => $"{{{string.Join(',', Groups)}}}";
}
