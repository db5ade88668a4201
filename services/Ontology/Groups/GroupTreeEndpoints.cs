using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Http;
using OnePlatform.Querying.Documents;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Groups;

/// <param name="ParentGroupId">Absent: to the top.</param>
public sealed record MoveGroupRequest(Guid? ParentGroupId = null);

internal static class GroupTreeEndpoints
{
    public static void MapGroupTree(this RouteGroupBuilder groups)
    {
        groups.MapPost("/{id:guid}/move", Move).WithName("MoveGroup").WithSummary("Put a group and what lies below it under another one")
            .Access("groups:write", Role.None).ProducesProblem(StatusCodes.Status409Conflict);
        groups.MapPost("/{id:guid}/restore", Restore).WithName("RestoreGroup").WithSummary("Bring back a group and what was archived with it")
            .Access("groups:write", Role.None).ProducesProblem(StatusCodes.Status409Conflict);
        groups.MapGet("/{id:guid}/stats", Stats).WithName("GetGroupStats").WithSummary("What a group has").Access("groups:read", Role.None);
        groups.MapGet("/{id:guid}/usage", Usage).WithName("GetGroupUsage").WithSummary("What of its quotas a group uses").Access("groups:read", Role.None);
    }

    internal static async Task<Results<VersionedOk<GroupResponse>, NotFound, ProblemHttpResult>> Move(
        Guid id, MoveGroupRequest request, IfMatch ifMatch, Caller caller, GroupAccess access, GroupMoves moves, CancellationToken cancellationToken)
    {
        if (await access.FindAsync(caller, id, cancellationToken) is { Group: var found }
            && ifMatch.Refuse(id, found.Version, found.Settings.RequireIfMatch ?? false) is { } refused)
        {
            return refused;
        }

        var outcome = await moves.MoveAsync(caller, id, request.ParentGroupId, cancellationToken);
        return outcome.Group is { } group ? new VersionedOk<GroupResponse>(group)
            : outcome.Refusal == GroupRefusal.Absent ? TypedResults.NotFound()
            : GroupsEndpoints.ProblemOf(outcome.Refusal);
    }

    internal static async Task<Results<VersionedOk<GroupResponse>, NotFound, ProblemHttpResult>> Restore(
        Guid id, IfMatch ifMatch, Caller caller, GroupAccess access, GroupMoves moves, CancellationToken cancellationToken)
    {
        if (await access.FindAsync(caller, id, cancellationToken) is not { } reached)
        {
            return TypedResults.NotFound();
        }

        if ((GroupsEndpoints.OwnersOnly(reached) ?? ifMatch.Refuse(id, reached.Group.Version, reached.Group.Settings.RequireIfMatch ?? false)) is { } refused)
        {
            return refused;
        }

        var outcome = await moves.RestoreAsync(id, cancellationToken);
        return outcome.Group is { } group ? new VersionedOk<GroupResponse>(group) : GroupsEndpoints.ProblemOf(outcome.Refusal);
    }

    private static async Task<Results<Ok<GroupStatsResponse>, NotFound, ProblemHttpResult>> Stats(
        Guid id, Caller caller, GroupAccess access, GroupFigures figures, CancellationToken cancellationToken, string? scope = null)
    {
        if (scope is not (null or "group" or "subtree"))
        {
            return Problems.Invalid("/scope", "invalid_parameter", "scope is group or subtree.");
        }

        return await access.FindAsync(caller, id, cancellationToken) is not { } reached ? TypedResults.NotFound()
            : GroupsEndpoints.MembersOnly(reached) is { } refused ? refused
            : TypedResults.Ok(await figures.StatsAsync(reached.Group, scope == "subtree", cancellationToken));
    }

    private static async Task<Results<Ok<GroupList<QuotaUsage>>, NotFound, ProblemHttpResult>> Usage(
        Guid id, Caller caller, GroupAccess access, GroupFigures figures, CancellationToken cancellationToken)
        => await access.FindAsync(caller, id, cancellationToken) is not { } reached ? TypedResults.NotFound()
            : GroupsEndpoints.MembersOnly(reached) is { } refused ? refused
            : TypedResults.Ok(new GroupList<QuotaUsage>(await figures.UsageAsync(reached.Group, cancellationToken)));
}
