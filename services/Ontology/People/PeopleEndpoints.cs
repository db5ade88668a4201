using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Groups;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.People.Invitations;
using OnePlatform.Ontology.People.JoinRequests;
using OnePlatform.Querying;
using OnePlatform.Querying.Documents;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.People;

internal static class PeopleEndpoints
{
    public static RouteGroupBuilder MapPeople(this IEndpointRouteBuilder routes)
    {
        var people = routes.MapGroup("/api/people").WithTags("People");
        people.MapGet("/", List).WithName("ListPeople").WithSummary("List the people of the group")
            .WithMetadata(PersonStore.Definition).Access("people:read", Role.GroupUser);
        people.MapGet("/me", GetMe).WithName("GetMe").WithSummary("The caller as a person of the acting group").Access("people:read", Role.Customer);
        people.MapGet("/{id:guid}", Get).WithName("GetPerson").WithSummary("Get a person").Access("people:read", Role.Customer);
        people.MapGet("/{id:guid}/groups", ListGroups).WithName("ListPersonGroups").WithSummary("List a person's groups, as far as the caller sees them")
            .WithMetadata(PersonGroups.Definition)
            .Access("people:read", Role.Customer);
        people.MapPatch("/{id:guid}", Change).WithName("UpdatePerson").WithSummary("Change role and permissions, or one's own profile (merge patch)")
            .Access("people:write", Role.Customer)
            .Accepts<PersonPatch>("application/merge-patch+json", "application/json").ProducesProblem(StatusCodes.Status409Conflict);
        people.MapDelete("/{id:guid}", Remove).WithName("RemovePerson").WithSummary("Take a person out of the group").Access("people:delete", Role.Customer)
            .ProducesProblem(StatusCodes.Status409Conflict);
        people.MapInvitations();
        return people;
    }

    private static async Task<Results<ListOk<PersonResponse>, ProblemHttpResult>> List(
        ListQuery query, ActingGroup group, PersonStore people, CancellationToken cancellationToken)
    {
        if (query.Scope == ListScope.Subtree)
        {
            // A person may be in several groups of a sub-tree, and each row would have the same id.
            return Problems.Invalid("/scope", "invalid_parameter", "People are listed group by group.");
        }

        var (page, errors) = await people.ListAsync(group.Id, query, cancellationToken);
        return page is null ? errors.ToProblem() : page;
    }

    private static async Task<Results<VersionedOk<PersonResponse>, NotFound>> GetMe(
        ActingGroup group, PersonStore people, CancellationToken cancellationToken)
        => group.Caller.Kind == Caller.PersonKind && await people.FindAsync(group.Id, group.Caller.Id, cancellationToken) is { } person
            ? new VersionedOk<PersonResponse>(person)
            : TypedResults.NotFound();

    private static async Task<Results<VersionedOk<PersonResponse>, NotFound, ProblemHttpResult>> Get(
        Guid id, ActingGroup group, PersonStore people, CancellationToken cancellationToken)
        => RefuseCustomer(group.Caller, id) is { } refused ? refused
            : await people.FindAsync(group.Id, id, cancellationToken) is { } person ? new VersionedOk<PersonResponse>(person)
            : TypedResults.NotFound();

    private static async Task<Results<ListOk<PersonGroupResponse>, NotFound, ProblemHttpResult>> ListGroups(
        Guid id, ListQuery query, ActingGroup group, PersonGroups groups, GroupSubtree subtree, OntologyDb db, CancellationToken cancellationToken)
    {
        if (RefuseCustomer(group.Caller, id) is { } refused)
        {
            return refused;
        }

        var isSelf = PersonChanges.IsSelf(group.Caller, id);
        if (isSelf)
        {
            // One's own memberships lie in many tenants; the person's id is the predicate, and no other row is read.
            db.Scope.ActAsSystem();
        }
        else
        {
            await subtree.WidenAsync(cancellationToken);
        }

        if (!isSelf && !await groups.AnyAsync(id, cancellationToken))
        {
            return TypedResults.NotFound();
        }

        var (page, errors) = await groups.ListAsync(group.Caller, id, query, cancellationToken);
        return page is null ? errors.ToProblem() : page;
    }

    internal static async Task<Results<VersionedOk<PersonResponse>, NotFound, ProblemHttpResult>> Change(
        Guid id, JsonObjectBody body, IfMatch ifMatch, ActingGroup group, PersonChanges changes, CancellationToken cancellationToken)
    {
        if (RefuseOthers(group.Caller, id) is { } refused)
        {
            return refused;
        }

        var (person, problem) = await changes.PatchAsync(group, id, body, ifMatch, cancellationToken);
        return problem is not null ? problem : person is null ? TypedResults.NotFound() : new VersionedOk<PersonResponse>(person);
    }

    internal static async Task<Results<NoContent, NotFound, ProblemHttpResult>> Remove(
        Guid id, IfMatch ifMatch, ActingGroup group, PersonChanges changes, CancellationToken cancellationToken)
    {
        if (RefuseOthers(group.Caller, id) is { } refused)
        {
            return refused;
        }

        var (found, problem) = await changes.RemoveAsync(group, id, ifMatch, cancellationToken);
        return problem is not null ? problem : found ? TypedResults.NoContent() : TypedResults.NotFound();
    }

    private static ProblemHttpResult? RefuseCustomer(Caller caller, Guid person) => caller.Role < Role.GroupUser && !PersonChanges.IsSelf(caller, person)
        ? Problems.Forbidden(ProblemCodes.InsufficientRole, "A customer sees only themselves.")
        : null;

    private static ProblemHttpResult? RefuseOthers(Caller caller, Guid person) => caller.Role < Role.GroupOwner && !PersonChanges.IsSelf(caller, person)
        ? Problems.Forbidden(ProblemCodes.InsufficientRole, "Only an owner of the group changes other people.")
        : null;
}

internal static class PeopleRegistration
{
    public static IServiceCollection AddPeople(this IServiceCollection services)
    {
        services.AddScoped<PersonStore>().AddScoped<PersonGroups>().AddScoped<PersonChanges>();
        services.AddScoped<InvitationStore>().AddScoped<InvitationReads>().AddSingleton<ForgetInvitations>();
        services.AddHostedService(provider => provider.GetRequiredService<ForgetInvitations>());
        return services.AddScoped<JoinStore>().AddScoped<JoinRequestList>();
    }
}
