using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.People.JoinRequests;
using OnePlatform.Querying;
using OnePlatform.Querying.Documents;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Groups;

internal static class GroupsEndpoints
{
    public static RouteGroupBuilder MapGroups(this IEndpointRouteBuilder routes)
    {
        var groups = routes.MapGroup("/api/groups").WithTags("Groups");
        // No role is asked for by the route: it is the role in the group the path names that counts, and the store finds it.
        groups.MapGet("/", List).WithName("ListGroups").WithSummary("List the caller's groups")
            .WithMetadata(GroupReads.Definition).Access("groups:read", Role.None);
        groups.MapPost("/", Create).WithName("CreateGroup").WithSummary("Create a group").Access("groups:write", Role.None)
            .ProducesProblem(StatusCodes.Status409Conflict);
        groups.MapGet("/{id:guid}", Get).WithName("GetGroup").WithSummary("Get a group").Access("groups:read", Role.None);
        groups.MapPatch("/{id:guid}", Change).WithName("UpdateGroup").WithSummary("Change a group (merge patch)").Access("groups:write", Role.None)
            .Accepts<GroupPatch>("application/merge-patch+json", "application/json").ProducesProblem(StatusCodes.Status409Conflict);
        groups.MapDelete("/{id:guid}", Archive).WithName("ArchiveGroup").WithSummary("Archive a group and what lies below it")
            .Access("groups:delete", Role.None);
        groups.MapGet("/{id:guid}/children", Children).WithName("ListChildGroups").WithSummary("List the groups right below")
            .WithMetadata(GroupReads.Definition).Access("groups:read", Role.None);
        groups.MapGet("/{id:guid}/hierarchy", Hierarchy).WithName("GetGroupHierarchy").WithSummary("The sub-tree, parents first")
            .Access("groups:read", Role.None);
        groups.MapGet("/{id:guid}/path", Path).WithName("GetGroupPath").WithSummary("The way from the top down to the group").Access("groups:read", Role.None);
        groups.MapGet("/by-slug/{slug}", GetBySlug).WithName("GetGroupBySlug").WithSummary("Get a group by its slug").Access("groups:read", Role.None);
        groups.MapGroupTree();
        groups.MapJoining();
        return groups;
    }

    private static async Task<Results<ListOk<GroupResponse>, ProblemHttpResult>> List(
        ListQuery query, Caller caller, GroupReads reads, CancellationToken cancellationToken)
    {
        var (page, errors) = await reads.ListAsync(caller, query, cancellationToken);
        return page is null ? errors.ToProblem() : page;
    }

    private static async Task<Results<VersionedOk<GroupResponse>, NotFound, ProblemHttpResult>> Get(
        Guid id, Caller caller, GroupAccess access, CancellationToken cancellationToken)
        => Show(await access.FindAsync(caller, id, cancellationToken));

    private static async Task<Results<VersionedOk<GroupResponse>, NotFound, ProblemHttpResult>> GetBySlug(
        string slug, Caller caller, GroupAccess access, CancellationToken cancellationToken)
        => Show(await access.FindBySlugAsync(caller, slug, cancellationToken));

    /// <summary>A customer sees the group they are a customer of, and none below it.</summary>
    private static Results<VersionedOk<GroupResponse>, NotFound, ProblemHttpResult> Show(ReachedGroup? reached)
        => reached is null ? TypedResults.NotFound()
            : !reached.Belongs && MembersOnly(reached) is { } refused ? refused
            : new VersionedOk<GroupResponse>(GroupResponse.Of(reached.Group));

    internal static async Task<Results<VersionedCreated<GroupResponse>, ProblemHttpResult>> Create(
        CreateGroupRequest request, Caller caller, GroupStore store, CancellationToken cancellationToken)
    {
        if (RefuseUnstorable(request) is { } unstorable)
        {
            return unstorable;
        }

        var outcome = await store.CreateAsync(caller, request, cancellationToken);
        return outcome.Group is { } group ? new VersionedCreated<GroupResponse>($"/api/groups/{group.Id}", group) : ProblemOf(outcome.Refusal);
    }

    internal static async Task<Results<VersionedOk<GroupResponse>, NotFound, ProblemHttpResult>> Change(
        Guid id, JsonObjectBody body, IfMatch ifMatch, Caller caller, GroupAccess access, GroupStore store, CancellationToken cancellationToken)
    {
        if (await access.FindAsync(caller, id, cancellationToken) is not { } reached)
        {
            return TypedResults.NotFound();
        }

        var group = reached.Group;
        if ((OwnersOnly(reached) ?? ifMatch.Refuse(group.Id, group.Version, group.Settings.RequireIfMatch ?? false)) is { } refused)
        {
            return refused;
        }

        var (patch, problem) = PatchedBody.Read<GroupPatch>(body, GroupStore.AsJson(GroupStore.PatchOf(group)));
        if (patch is null)
        {
            return problem!;
        }

        if (StorableJson.FaultOf(patch.Metadata) is { } fault)
        {
            return Problems.Invalid("/metadata", "invalid_metadata", fault);
        }

        var outcome = await store.ChangeAsync(reached, patch, cancellationToken);
        return outcome.Group is { } changed ? new VersionedOk<GroupResponse>(changed) : ProblemOf(outcome.Refusal);
    }

    internal static async Task<Results<NoContent, NotFound, ProblemHttpResult>> Archive(
        Guid id, IfMatch ifMatch, Caller caller, GroupAccess access, GroupStore store, CancellationToken cancellationToken)
    {
        if (await access.FindAsync(caller, id, cancellationToken) is not { } reached)
        {
            return TypedResults.NotFound();
        }

        if ((OwnersOnly(reached) ?? ifMatch.Refuse(id, reached.Group.Version, reached.Group.Settings.RequireIfMatch ?? false)) is { } refused)
        {
            return refused;
        }

        return await store.ArchiveAsync(id, cancellationToken) is { } refusal ? ProblemOf(refusal) : TypedResults.NoContent();
    }

    private static async Task<Results<ListOk<GroupResponse>, NotFound, ProblemHttpResult>> Children(
        Guid id, ListQuery query, Caller caller, GroupAccess access, GroupReads reads, CancellationToken cancellationToken)
    {
        if (await access.FindAsync(caller, id, cancellationToken) is not { } reached)
        {
            return TypedResults.NotFound();
        }

        if (MembersOnly(reached) is { } refused)
        {
            return refused;
        }

        var (page, errors) = await reads.ChildrenAsync(caller, id, query, cancellationToken);
        return page is null ? errors.ToProblem() : page;
    }

    private static async Task<Results<Ok<GroupList<GroupNodeResponse>>, NotFound, ProblemHttpResult>> Hierarchy(
        Guid id, Caller caller, GroupAccess access, GroupReads reads, CancellationToken cancellationToken, [Range(1, 50)] int maxDepth = 10)
        => await access.FindAsync(caller, id, cancellationToken) is not { } reached ? TypedResults.NotFound()
            : MembersOnly(reached) is { } refused ? refused
            : TypedResults.Ok(new GroupList<GroupNodeResponse>(await reads.HierarchyAsync(reached.Group, maxDepth, cancellationToken)));

    private static async Task<Results<Ok<GroupList<GroupNodeResponse>>, NotFound, ProblemHttpResult>> Path(
        Guid id, Caller caller, GroupAccess access, GroupReads reads, CancellationToken cancellationToken)
        => await access.FindAsync(caller, id, cancellationToken) is not { } reached ? TypedResults.NotFound()
            : MembersOnly(reached) is { } refused ? refused
            : TypedResults.Ok(new GroupList<GroupNodeResponse>(await reads.PathAsync(reached.Group, cancellationToken)));

    private static ProblemHttpResult? RefuseUnstorable(CreateGroupRequest request)
    {
        if (request.Metadata is { } metadata && StorableJson.FaultOf(metadata) is { } fault)
        {
            return Problems.Invalid("/metadata", "invalid_metadata", fault);
        }

        var rest = JsonSerializer.SerializeToElement(request with { Metadata = null }, ApiJson.Options);
        return StorableJson.FaultOf(rest) is { } other ? Problems.Invalid("", "invalid_text", other) : null;
    }

    public static ProblemHttpResult? MembersOnly(ReachedGroup reached) => reached.Role >= Role.GroupUser
        ? null
        : Problems.Forbidden(ProblemCodes.InsufficientRole, "This needs the role 'group_user' in the group.");

    public static ProblemHttpResult? OwnersOnly(ReachedGroup reached) => reached.Role >= Role.GroupOwner
        ? null
        : Problems.Forbidden(ProblemCodes.InsufficientRole, "Only an owner of the group, or of one above it, may do this.");

    public static ProblemHttpResult ProblemOf(GroupRefusal? refusal) => refusal switch
    {
        GroupRefusal.SlugTaken => Problems.Conflict("slug_taken", "Another group has this slug."),
        GroupRefusal.NoSuchParent => Problems.Invalid("/parentGroupId", "no_such_group", "There is no such group."),
        GroupRefusal.ParentArchived => Problems.Conflict("group_archived", "The group, or the one above it, is archived."),
        GroupRefusal.Loop => Problems.Conflict("group_loop", "A group does not lie below itself."),
        GroupRefusal.NotArchived => Problems.Conflict("not_archived", "The group is not archived."),
        GroupRefusal.NoRoom => Problems.Forbidden("quota_exceeded", "The group has as many groups right below it as its plan, or one above it, allows."),
        GroupRefusal.TypesClash => Problems.Conflict(
            "type_exists", "The group, or one below it, has a type of its own with the name of one that it would inherit at its new place."),
        GroupRefusal.TypesInUse => Problems.Conflict(
            "type_in_use", "The group, or one below it, has things or connections of a type that it inherits now and would not at its new place."),
        GroupRefusal.Contended => Problems.Conflict("conflict", "Others changed the group at the same moment; try again."),
        GroupRefusal.NotOwnerOfParent => Problems.Forbidden(ProblemCodes.InsufficientRole, "Only an owner of the parent group puts a group into it or takes one out."),
        _ => Problems.Forbidden(ProblemCodes.InsufficientRole, "Only the platform's owner changes plan and limits."),
    };
}

internal static class GroupsRegistration
{
    public static IServiceCollection AddGroups(this IServiceCollection services)
        => services.AddScoped<GroupAccess>().AddScoped<GroupStore>().AddScoped<GroupReads>().AddScoped<GroupSubtree>().AddScoped<GroupMoves>().AddScoped<GroupFigures>();
}
