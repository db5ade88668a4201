using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Http;
using OnePlatform.Querying;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.People.Invitations;

internal static class InvitationsEndpoints
{
    public static void MapInvitations(this RouteGroupBuilder people)
    {
        people.MapPost("/", Invite).WithName("InvitePerson").WithSummary("Invite a person by e-mail address").Access("people:write", Role.GroupOwner)
            .ProducesProblem(StatusCodes.Status409Conflict);
        people.MapGet("/invitations", List).WithName("ListInvitations").WithSummary("List open invitations")
            .WithMetadata(InvitationReads.Definition).Access("people:read", Role.GroupOwner);
        people.MapGet("/invitations/{id:guid}", Get).WithName("GetInvitation").WithSummary("Get an open invitation").Access("people:read", Role.GroupOwner);
        people.MapDelete("/invitations/{id:guid}", Withdraw).WithName("WithdrawInvitation").WithSummary("Withdraw an invitation")
            .Access("people:write", Role.GroupOwner);
        people.MapPost("/invitations/{token}/accept", Accept).WithName("AcceptInvitation").WithSummary("Take the place an invitation offers")
            .Access("people:write", Role.None).ProducesProblem(StatusCodes.Status409Conflict);
    }

    internal static async Task<Results<Created<InvitationResponse>, ProblemHttpResult>> Invite(
        InvitePersonRequest request, ActingGroup group, InvitationStore invitations, CancellationToken cancellationToken)
    {
        var role = RoleNames.Parse(request.Role);
        if (PersonProblems.RefuseGrant(group.Caller, role) is { } refused)
        {
            return refused;
        }

        var outcome = await invitations.InviteAsync(group.Caller, group.Id, request, role, cancellationToken);
        return outcome.Value is { } invitation
            ? TypedResults.Created($"/api/people/invitations/{invitation.Id}", invitation)
            : ProblemOf(outcome.Refusal);
    }

    private static async Task<Results<ListOk<InvitationResponse>, ProblemHttpResult>> List(
        ListQuery query, ActingGroup group, InvitationReads invitations, CancellationToken cancellationToken)
    {
        var (page, errors) = await invitations.ListAsync(group.Id, query, cancellationToken);
        return page is null ? errors.ToProblem() : page;
    }

    private static async Task<Results<Ok<InvitationResponse>, NotFound>> Get(
        Guid id, ActingGroup group, InvitationStore invitations, CancellationToken cancellationToken)
        => await invitations.FindAsync(group.Id, id, cancellationToken) is { } invitation ? TypedResults.Ok(invitation) : TypedResults.NotFound();

    private static async Task<Results<NoContent, NotFound>> Withdraw(
        Guid id, ActingGroup group, InvitationStore invitations, CancellationToken cancellationToken)
        => await invitations.WithdrawAsync(group.Id, id, cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound();

    private static async Task<Results<Ok<AcceptedInvitation>, NotFound, ProblemHttpResult>> Accept(
        string token, Caller caller, InvitationStore invitations, CancellationToken cancellationToken)
    {
        if (caller.Kind != Caller.PersonKind)
        {
            return Problems.Forbidden(ProblemCodes.InsufficientRole, "A person accepts an invitation, not a key.");
        }

        var outcome = await invitations.AcceptAsync(caller.Id, token, cancellationToken);
        return outcome.Value is { } accepted ? TypedResults.Ok(accepted)
            : outcome.Refusal == InvitationRefusal.Absent ? TypedResults.NotFound()
            : ProblemOf(outcome.Refusal);
    }

    private static ProblemHttpResult ProblemOf(InvitationRefusal? refusal) => refusal switch
    {
        InvitationRefusal.AlreadyMember => Problems.Conflict("already_member", "This person belongs to the group already."),
        InvitationRefusal.AlreadyInvited => Problems.Conflict("already_invited", "This address has an open invitation; withdraw it first."),
        InvitationRefusal.Expired => Problems.Conflict("invitation_expired", "The invitation has expired; ask for another."),
        InvitationRefusal.Used => Problems.Conflict("invitation_closed", "The invitation was accepted or withdrawn."),
        InvitationRefusal.OtherAddress => Problems.Forbidden("email_differs", "The invitation was sent to another e-mail address than yours."),
        InvitationRefusal.NoSeat => Problems.Forbidden("quota_exceeded", "The group has as many people as its plan allows."),
        _ => Problems.Conflict("group_archived", "The group is archived; nothing in it changes."),
    };
}
