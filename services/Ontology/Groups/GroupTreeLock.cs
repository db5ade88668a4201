using Microsoft.EntityFrameworkCore;
using Npgsql;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Quotas;

namespace OnePlatform.Ontology.Groups;

internal static class GroupTreeLock
{
    /// <summary>
    /// Runs a change of the group tree in a transaction. Whoever changes where groups lie, or whether they are there, does so alone;
    /// whoever only adds one may do so beside others. What <paramref name="change"/> reads is therefore still so when it is saved.
    /// </summary>
    /// <remarks>The tenant cannot change inside; set it before.</remarks>
    public static Task<T> ChangeTreeAsync<T>(this OntologyDb db, bool alone, Func<CancellationToken, Task<T>> change, CancellationToken cancellationToken)
        => db.Scope.Shared is not null ? db.LockAndChangeAsync(alone, change, cancellationToken) : db.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(token);
                var result = await db.LockAndChangeAsync(alone, change, token);
                await transaction.CommitAsync(token);
                return result;
            },
            cancellationToken);

    /// <summary>Whether one more group fits right below; to be asked inside of a change of the tree.</summary>
    public static async Task<bool> HasRoomBelowAsync(this OntologyDb db, Guid parentId, QuotaLimit? limit, CancellationToken cancellationToken)
        => await QuotaGate.RefuseAsync((NpgsqlConnection)db.Database.GetDbConnection(), parentId, Quota.ChildGroups, 1, limit, cancellationToken) is null;

    private static async Task<T> LockAndChangeAsync<T>(
        this OntologyDb db, bool alone, Func<CancellationToken, Task<T>> change, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        await (alone
            ? db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended('groups/tree', 0))", cancellationToken)
            : db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock_shared(hashtextextended('groups/tree', 0))", cancellationToken));
        return await change(cancellationToken);
    }
}
