using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Things;
using OnePlatform.Querying;
using OnePlatform.Querying.Documents;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Contact;

internal static class ContactEndpoints
{
    public static RouteGroupBuilder MapContact(this IEndpointRouteBuilder routes)
    {
        var contact = routes.MapGroup("/api/contact").WithTags("Contact");
        contact.MapPost("/", Send).WithName("SendContact").WithSummary("Send a message through a contact form")
            .WithDescription("Without a credential the message goes to the platform; with one to its group. At most five an hour from one address.")
            .AllowAnonymous().ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);
        contact.MapGet("/", List).WithName("ListContacts").WithSummary("List messages, as things of the type contact_submission")
            .WithMetadata(ThingList.Definition)
            .Access("things:read", Role.GroupOwner);
        contact.MapGet("/{id:guid}", Get).WithName("GetContact").WithSummary("Get a message").Access("things:read", Role.GroupOwner);
        contact.MapPatch("/{id:guid}", Change).WithName("UpdateContact").WithSummary("Change a message, its status above all (merge patch)")
            .Accepts<ThingPatch>("application/merge-patch+json", "application/json").Access("things:write", Role.GroupOwner)
            .ProducesProblem(StatusCodes.Status409Conflict);
        return contact;
    }

    private static async Task<Results<Created<ContactReceived>, ProblemHttpResult>> Send(
        SendContactRequest request, ContactStore contacts, HttpContext context, CancellationToken cancellationToken)
    {
        var caller = context.CallerOrNull();
        if (caller is not null && !caller.Scopes.Covers("things:write"))
        {
            return Problems.Forbidden(ProblemCodes.InsufficientScope, "This needs the scope 'things:write', or no credential at all.");
        }

        var outcome = await contacts.SendAsync(caller, request, context.Connection.RemoteIpAddress, cancellationToken);
        if (outcome.Wait is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            return Problems.Of(StatusCodes.Status429TooManyRequests, "rate_limited", "This address has sent as many messages as one may in an hour.");
        }

        return outcome.Received is { } received ? TypedResults.Created($"/api/contact/{received.Id}", received) : outcome.Problem!;
    }

    private static async Task<Results<ListOk<ThingResponse>, ProblemHttpResult>> List(
        ListQuery query, ActingGroup group, ThingList things, CancellationToken cancellationToken)
    {
        var (page, errors) = await things.ListAsync(group.Caller, group.Id, query, cancellationToken, ContactStore.Type);
        return page is null ? errors.ToProblem() : page;
    }

    private static async Task<Results<VersionedOk<ThingResponse>, NotFound>> Get(
        Guid id, ActingGroup group, ThingStore things, CancellationToken cancellationToken)
        => await things.FindAsync(group.Caller, group.Id, id, cancellationToken) is { Type: ContactStore.Type } thing
            ? new VersionedOk<ThingResponse>(thing)
            : TypedResults.NotFound();

    private static async Task<Results<VersionedOk<ThingResponse>, NotFound, ProblemHttpResult>> Change(
        Guid id, JsonObjectBody body, IfMatch ifMatch, ActingGroup group, ThingStore store, ThingChanges things, ThingArchive archive,
        CancellationToken cancellationToken)
        => await store.FindAsync(group.Caller, group.Id, id, cancellationToken) is { Type: ContactStore.Type }
            ? await ThingChangesEndpoints.Change(id, body, ifMatch, group, things, archive, cancellationToken)
            : TypedResults.NotFound();
}

internal static class ContactRegistration
{
    public static IServiceCollection AddContact(this IServiceCollection services)
    {
        services.AddOptions<ContactOptions>().BindConfiguration(ContactOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services.AddScoped<PlatformGroup>().AddScoped<ContactStore>();
    }
}
