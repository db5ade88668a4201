using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Types;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Connections;

internal static class ConnectionProblems
{
    public static ProblemHttpResult Duplicate() => Problems.Conflict("duplicate_connection", "The two things are connected this way already.");

    public static ProblemHttpResult Cycle(ConnectionType type) => Problems.Conflict("cycle", $"This would close a circle of '{type.Name}'.");

    public static ProblemHttpResult Cardinality(ConnectionType type)
        => Problems.Conflict("cardinality", $"'{type.Name}' is {type.Data.Cardinality}: one of the two things has such a connection already.");

    public static ProblemHttpResult WrongEnds(ConnectionType type) => Problems.Invalid(
        "/type", "wrong_ends", $"'{type.Name}' joins {string.Join(", ", type.Data.From)} with {string.Join(", ", type.Data.To)}.");

    /// <summary>Owners of the group change every connection, others those they made.</summary>
    public static ProblemHttpResult? RefuseChange(Caller caller, ConnectionResponse connection) => MayChange(caller, connection)
        ? null
        : Problems.Forbidden(ProblemCodes.InsufficientRole, "Only an owner of the group changes or removes connections that others made.");

    public static ProblemHttpResult Contended() => Problems.Conflict("conflict", "Others keep changing this connection; try again.");

    public static bool MayChange(Caller caller, ConnectionResponse connection)
        => caller.Role >= Role.GroupOwner || connection.CreatedBy == caller.Id || (caller.PersonId is { } person && connection.CreatedBy == person);
}
