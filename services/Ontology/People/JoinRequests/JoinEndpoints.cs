using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Groups;
using OnePlatform.Querying;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.People.JoinRequests;

internal static class JoinEndpoints
{
    public static void MapJoining(this RouteGroupBuilder groups)
    {
        groups.MapPost("/{id:guid}/join", Join).WithName("JoinGroup").WithSummary("Join a group, or ask to, as its join policy has it")
            .Access("groups:write", Role.None).ProducesProblem(StatusCodes.Status409Conflict);
        groups.MapGet("/{id:guid}/join-requests", List).WithName("ListJoinRequests").WithSummary("List who asks to join")
            .WithMetadata(JoinRequestList.Definition).Access("groups:read", Role.None);
        groups.MapPost("/{id:guid}/join-requests", Join).WithName("RequestToJoinGroup").WithSummary("The same as joining by the group's join policy")
            .Access("groups:write", Role.None).ProducesProblem(StatusCodes.Status409Conflict);
        groups.MapPost("/{id:guid}/join-requests/{requestId:guid}/approve", Approve).WithName("ApproveJoinRequest").WithSummary("Let somebody in who asked")
            .Access("groups:write", Role.None).ProducesProblem(StatusCodes.Status409Conflict);
        groups.MapPost("/{id:guid}/join-requests/{requestId:guid}/reject", Reject).WithName("RejectJoinRequest").WithSummary("Refuse somebody who asked")
            .Access("groups:write", Role.None).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Ok<JoinAnswer>, Accepted<JoinAnswer>, NotFound, ProblemHttpResult>> Join(
        Guid id, JoinGroupRequest request, Caller caller, JoinStore joining, CancellationToken cancellationToken)
    {
        if (caller.Kind != Caller.PersonKind)
        {
            return Problems.Forbidden(ProblemCodes.InsufficientRole, "A person joins a group, not a key.");
        }

        var outcome = await joining.JoinAsync(caller, id, request.Message, cancellationToken);
        return outcome.Value is { RequestId: not null } pending ? TypedResults.Accepted($"/api/groups/{id}/join-requests", pending)
            : outcome.Value is { } joined ? TypedResults.Ok(joined)
            : outcome.Refusal == JoinRefusal.Absent ? TypedResults.NotFound()
            : ProblemOf(outcome.Refusal);
    }

    private static async Task<Results<ListOk<JoinRequestResponse>, NotFound, ProblemHttpResult>> List(
        Guid id, ListQuery query, Caller caller, GroupAccess access, JoinRequestList requests, CancellationToken cancellationToken)
    {
        if (await access.FindAsync(caller, id, cancellationToken) is not { } reached)
        {
            return TypedResults.NotFound();
        }

        if (GroupsEndpoints.OwnersOnly(reached) is { } refused)
        {
            return refused;
        }

        var (page, errors) = await requests.ReadAsync(id, query, cancellationToken);
        return page is null ? errors.ToProblem() : page;
    }

    private static async Task<Results<Ok<JoinRequestResponse>, NotFound, ProblemHttpResult>> Approve(
        Guid id, Guid requestId, ApproveJoinRequest request, Caller caller, GroupAccess access, JoinStore joining, CancellationToken cancellationToken)
    {
        var role = request.Role is null ? Role.Customer : RoleNames.Parse(request.Role);
        return await access.FindAsync(caller, id, cancellationToken) is not { } reached ? TypedResults.NotFound()
            : (GroupsEndpoints.OwnersOnly(reached) ?? PersonProblems.RefuseGrant(caller with { Role = reached.Role }, role)) is { } refused ? refused
            : Answer(await joining.DecideAsync(id, requestId, role, caller.Id, cancellationToken));
    }

    private static async Task<Results<Ok<JoinRequestResponse>, NotFound, ProblemHttpResult>> Reject(
        Guid id, Guid requestId, Caller caller, GroupAccess access, JoinStore joining, CancellationToken cancellationToken)
        => await access.FindAsync(caller, id, cancellationToken) is not { } reached ? TypedResults.NotFound()
            : GroupsEndpoints.OwnersOnly(reached) is { } refused ? refused
            : Answer(await joining.DecideAsync(id, requestId, role: null, caller.Id, cancellationToken));

    private static Results<Ok<JoinRequestResponse>, NotFound, ProblemHttpResult> Answer(JoinOutcome<JoinRequest> outcome)
        => outcome.Value is { } r
            ? TypedResults.Ok(new JoinRequestResponse(
                r.Id, r.GroupId, r.PersonId, Name: null, Email: null, r.Message, r.Status, r.Role, r.CreatedAt, r.DecidedBy, r.DecidedAt))
            : outcome.Refusal == JoinRefusal.Absent ? TypedResults.NotFound()
            : ProblemOf(outcome.Refusal);

    private static ProblemHttpResult ProblemOf(JoinRefusal? refusal) => refusal switch
    {
        JoinRefusal.ByInvitation => Problems.Forbidden("invitation_required", "This group is joined by invitation."),
        JoinRefusal.OtherDomain => Problems.Forbidden("email_domain_not_allowed", "This group lets in people with a verified e-mail address of certain domains."),
        JoinRefusal.NoSeat => Problems.Forbidden("quota_exceeded", "The group has as many people as its plan allows."),
        JoinRefusal.AlreadyMember => Problems.Conflict("already_member", "This person belongs to the group already."),
        JoinRefusal.AlreadyAsked => Problems.Conflict("already_requested", "This person has asked already; an owner of the group decides."),
        JoinRefusal.Decided => Problems.Conflict("already_decided", "The request was approved or rejected already."),
        _ => Problems.Conflict("group_archived", "The group is archived; nothing in it changes."),
    };
}
