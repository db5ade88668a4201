using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Memberships;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.BetterAuth;

/// <summary>
/// Groups as the organizations of Better Auth's plugin. They are Ontology's, which is asked in the person's own name; which of them a session acts
/// in is Identity's.
/// </summary>
internal static class BetterAuthOrganizations
{
    private const int OfOnePage = 100;

    public static void MapBetterAuthOrganizations(this RouteGroupBuilder auth)
    {
        auth.MapGet("/organization/list", List).WithName("BetterAuthListOrganizations").WithSummary("The person's groups");
        auth.MapPost("/organization/create", Create).WithName("BetterAuthCreateOrganization").WithSummary("Makes a group, and acts in it from now on");
        auth.MapPost("/organization/set-active", SetActive).WithName("BetterAuthSetActiveOrganization").WithSummary("As /switch-group");
        auth.MapPost("/organization/invite-member", Invite).WithName("BetterAuthInviteMember").WithSummary("Invites a person by mail");
    }

    private static async Task<IResult> List(HttpContext context, SessionStore sessions, OntologyApi ontology, CancellationToken cancellationToken)
    {
        if (await sessions.FindOwnAsync(context, cancellationToken) is not var (session, user))
        {
            return BetterAuthAnswers.NoSession();
        }

        var (organizations, cursor) = (new List<BetterAuthOrganization>(), "");
        do
        {
            var page = await ontology.SendAsync(session, user, HttpMethod.Get, $"/api/groups?limit={OfOnePage}{cursor}", body: null, cancellationToken);
            if (!page.IsSuccess)
            {
                return OrganizationAnswers.Refused(page);
            }

            organizations.AddRange(page.Body.GetProperty("results").EnumerateArray().Select(OrganizationAnswers.Of));
            cursor = page.Body.GetProperty("hasMore").GetBoolean() ? $"&cursor={Uri.EscapeDataString(page.Body.GetProperty("cursor").GetString()!)}" : "";
        }
        while (cursor.Length > 0);
        return TypedResults.Ok(organizations);
    }

    private static async Task<IResult> Create(
        BetterAuthCreateOrganizationRequest request, HttpContext context, SessionStore sessions, OntologyApi ontology, GroupSwitch groupSwitch,
        CancellationToken cancellationToken)
    {
        if (await sessions.FindOwnAsync(context, cancellationToken) is not var (session, user))
        {
            return BetterAuthAnswers.NoSession();
        }

        if (request.Metadata is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) })
        {
            return BetterAuthAnswers.Error(StatusCodes.Status400BadRequest, "VALIDATION_ERROR", "The metadata is an object.");
        }

        var group = new { request.Slug, request.Name, Type = "organization", Metadata = MetadataOf(request) };
        var made = await ontology.SendAsync(session, user, HttpMethod.Post, "/api/groups", group, cancellationToken);
        if (!made.IsSuccess)
        {
            return OrganizationAnswers.Refused(made);
        }

        var organization = OrganizationAnswers.Of(made.Body);
        if (!request.KeepCurrentActiveOrganization)
        {
            // The group stands, also where the news of it takes longer than one waits for it here.
            await groupSwitch.SwitchAsync(session, user, Guid.Parse(organization.Id), context.Response, cancellationToken);
        }

        return TypedResults.Ok(organization with
        {
            Members = [new BetterAuthMember(user.Id.ToString(), organization.Id, user.Id.ToString(), "owner", organization.CreatedAt)],
        });
    }

    private static async Task<IResult> SetActive(
        BetterAuthSetActiveRequest request, HttpContext context, SessionStore sessions, OntologyApi ontology, GroupSwitch groupSwitch, IdentityDb db,
        CancellationToken cancellationToken)
    {
        if (await sessions.FindOwnAsync(context, cancellationToken) is not var (session, user))
        {
            return BetterAuthAnswers.NoSession();
        }

        if (request is { OrganizationId: null, OrganizationSlug: null })
        {
            await groupSwitch.LeaveAsync(session, user, context.Response, cancellationToken);
            return BetterAuthAnswers.Nothing();
        }

        // An unknown slug goes the way of a group that is not the person's, and takes as long.
        var group = request.OrganizationId ?? await IdOfAsync(db, request.OrganizationSlug!, cancellationToken) ?? Guid.Empty;
        return await groupSwitch.SwitchAsync(session, user, group, context.Response, cancellationToken) switch
        {
            Entry.Granted granted => await ShowAsync(granted.Standing),
            var refused => OrganizationAnswers.Refused(refused),
        };

        async Task<IResult> ShowAsync(Standing standing)
        {
            var shown = await ontology.SendAsync(session, user, standing, HttpMethod.Get, $"/api/groups/{standing.GroupId}", body: null, cancellationToken);
            return shown.IsSuccess ? TypedResults.Ok(OrganizationAnswers.Of(shown.Body)) : OrganizationAnswers.Refused(shown);
        }
    }

    private static async Task<IResult> Invite(
        BetterAuthInviteRequest request, HttpContext context, SessionStore sessions, OntologyApi ontology, GroupSwitch groupSwitch, GroupEntry groups,
        CancellationToken cancellationToken)
    {
        if (await sessions.FindOwnAsync(context, cancellationToken) is not var (session, user))
        {
            return BetterAuthAnswers.NoSession();
        }

        var entry = request.OrganizationId is { } organization ? await groupSwitch.EnterAsync(session, user, organization, cancellationToken)
            : await groups.EnterDefaultAsync(user, session.Assurance, session.GroupId, cancellationToken) is { } usual ? new Entry.Granted(usual)
            : new Entry.Unknown();
        if (entry is not Entry.Granted { Standing: var standing })
        {
            return OrganizationAnswers.Refused(entry);
        }

        var invited = await ontology.SendAsync(
            session, user, standing, HttpMethod.Post, "/api/people", new { request.Email, request.Role }, cancellationToken);
        return invited.IsSuccess
            ? TypedResults.Ok(OrganizationAnswers.InvitationOf(invited.Body, user, request.Role))
            : OrganizationAnswers.Refused(invited);
    }

    private static JsonObject MetadataOf(BetterAuthCreateOrganizationRequest request)
    {
        var metadata = request.Metadata is { ValueKind: JsonValueKind.Object } given ? JsonObject.Create(given)! : [];
        if (request.Logo is not null)
        {
            metadata[OrganizationAnswers.Logo] = request.Logo;
        }

        return metadata;
    }

    private static async Task<Guid?> IdOfAsync(IdentityDb db, string slug, CancellationToken cancellationToken)
    {
        // Who may act in a group is asked before there is an acting group.
        db.Scope.ActAsSystem();
        return await db.GroupTree.Where(g => g.Slug == slug).Select(g => (Guid?)g.Id).FirstOrDefaultAsync(cancellationToken);
    }
}
