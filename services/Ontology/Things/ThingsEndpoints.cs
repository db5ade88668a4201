using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Quotas;
using OnePlatform.Ontology.Things.Bulk;
using OnePlatform.Ontology.Things.Graph;
using OnePlatform.Ontology.Things.Streams;
using OnePlatform.Ontology.Types.Custom;
using OnePlatform.Querying;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things;

internal static class ThingsEndpoints
{
    public static RouteGroupBuilder MapThings(this IEndpointRouteBuilder routes)
    {
        var things = routes.MapGroup("/api/things").WithTags("Things").AddEndpointFilter<RouteGroupBuilder, KnowTypes>();
        things.MapGet("/", List).WithName("ListThings").WithSummary("List things")
            .WithMetadata(ThingList.Definition).Access("things:read", Role.Customer);
        things.MapPost("/", Create).WithName("CreateThing").WithSummary("Create a thing").Access("things:write", Role.GroupUser)
            .ProducesProblem(StatusCodes.Status409Conflict);
        things.MapGet("/{id:guid}", Get).WithName("GetThing").WithSummary("Get a thing").Access("things:read", Role.Customer);
        things.MapThingChanges();
        things.MapThingsBulk();
        things.MapThingStreams();
        things.MapThingViews();
        return things;
    }

    private static async Task<Results<ListOk<ThingResponse>, ProblemHttpResult>> List(
        ListQuery query, ActingGroup group, ThingList things, CancellationToken cancellationToken)
    {
        var (page, errors) = await things.ListAsync(group.Caller, group.Id, query, cancellationToken);
        return page is null ? errors.ToProblem() : page;
    }

    private static async Task<Results<VersionedOk<ThingResponse>, NotFound, ProblemHttpResult>> Get(
        Guid id, ActingGroup group, ThingStore things, ThingPast past, CancellationToken cancellationToken, string? asOf = null)
    {
        DateTimeOffset? moment = null;
        if (asOf is not null)
        {
            if (!Rfc3339.TryRead(asOf, out var read))
            {
                return Problems.Invalid("/asOf", QueryErrorCode.InvalidParameter, "asOf takes a time such as 2026-01-31T12:00:00Z.");
            }

            moment = read;
        }

        var thing = await things.FindAsync(group.Caller, group.Id, id, cancellationToken);
        if (thing is not null && moment is { } then)
        {
            thing = await past.FindAsync(thing, then, cancellationToken);
        }

        return thing is not null && ThingSight.Allows(group.Caller, thing) ? new VersionedOk<ThingResponse>(thing) : TypedResults.NotFound();
    }

    internal static async Task<Results<VersionedCreated<ThingResponse>, ProblemHttpResult>> Create(
        CreateThingRequest request, ActingGroup group, ThingStore things, CancellationToken cancellationToken, bool? strict = null)
    {
        var outcome = await things.CreateAsync(group.Caller, group.Id, request, strict, cancellationToken);
        return outcome.Thing is { } thing ? new VersionedCreated<ThingResponse>($"/api/things/{thing.Id}", thing) : ThingProblems.Of(outcome);
    }
}

internal static class ThingsRegistration
{
    public static IServiceCollection AddThings(this IServiceCollection services)
    {
        services.AddScoped<ThingRules>().AddSingleton<QuotaGate>().AddSingleton<ThingIntake>().AddSingleton<ThingLookup>().AddSingleton<ThingPages>();
        services.AddScoped<BulkCreate>().AddScoped<BulkChange>().AddScoped<BulkArchive>().AddScoped<ThingHistory>().AddScoped<ThingPast>().AddScoped<ThingGraph>();
        services.AddHttpClient<EventLog>(client => client.BaseAddress = new Uri("https+http://events"));
        return services.AddScoped<ThingStore>().AddScoped<ThingChanges>().AddScoped<ThingArchive>().AddScoped<ThingList>();
    }
}
