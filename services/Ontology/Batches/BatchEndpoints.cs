using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OnePlatform.Ontology.Things.Bulk;
using OnePlatform.Ontology.Types.Custom;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Batches;

internal static class BatchEndpoints
{
    public static void MapBatch(this IEndpointRouteBuilder routes)
        => routes.MapPost("/api/batch", Run).WithTags("Batch").WithName("RunBatch").WithSummary("Up to 1,000 writes of any dimension in one transaction")
            .WithDescription("Each operation takes the scope and role that its own route takes. A later operation refers to the answer of an earlier one, as in \"$name.id\".")
            .Access(scope: null, Role.None).WithMetadata(new RequestSizeLimitAttribute(BulkLimits.MostBytes)).AddEndpointFilter<KnowTypes>()
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Ok<BatchAnswer>, ProblemHttpResult>> Run(
        BatchRequest request, Caller caller, BatchRun batch, CancellationToken cancellationToken)
    {
        var (answer, problem) = await batch.RunAsync(caller, request, cancellationToken);
        return answer is null ? problem! : TypedResults.Ok(answer);
    }
}

internal static class BatchRegistration
{
    public static IServiceCollection AddBatch(this IServiceCollection services) => services.AddScoped<BatchOperations>().AddScoped<BatchRun>();
}
