using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Knowledge.Generation;
using OnePlatform.Knowledge.Http;
using OnePlatform.Knowledge.Quotas;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Extracting;

internal static class ExtractEndpoints
{
    private const int LargestSchema = 32 * 1024;

    public static void MapExtract(this IEndpointRouteBuilder routes)
        => routes.MapPost("/api/ai/extract", Extract).WithTags("AI").WithName("Extract").WithSummary("Find in a text what a schema, or types of things, ask for")
            .WithDescription("Needs a language model. Its answer is checked against the schema and asked for again once. With store the things are created, which needs things:write as well.")
            .ProducesProblem(StatusCodes.Status502BadGateway).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .Access("ai:generate", Role.GroupUser);

    private static async Task<Results<Ok<ExtractResponse>, ProblemHttpResult>> Extract(
        ExtractRequest request, ActingGroup group, Extraction extraction, IAnswerer answerer, ModelBudget budget, HttpContext context,
        CancellationToken cancellationToken)
    {
        if (FaultOf(request, group.Caller, extraction, answerer) is { } fault)
        {
            return fault;
        }

        if (await budget.RefusalAsync(group.Id, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        try
        {
            var schema = request.Schema ?? Extraction.SchemaOf(request.ThingTypes!);
            if (await extraction.RunAsync(group.Id, request, schema, cancellationToken) is not { } found)
            {
                return Problems.Of(StatusCodes.Status502BadGateway, "model_output_invalid", "The model did not answer in the shape that was asked for.");
            }

            return TypedResults.Ok(request.Store ? found with { Stored = await extraction.StoreAsync(found.Data, context, cancellationToken) } : found);
        }
        catch (Exception ex) when (ModelFailure.Of(ex, cancellationToken) is { } failure)
        {
            return StreamingAnswer.ProblemOf(failure, context);
        }
    }

    private static ProblemHttpResult? FaultOf(ExtractRequest request, Caller caller, Extraction extraction, IAnswerer answerer)
    {
        var hasSchema = request.Schema is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) };
        if (hasSchema == request.ThingTypes is { Count: > 0 })
        {
            return Problems.Invalid("/schema", "required", "State either a schema or thingTypes.");
        }

        if (hasSchema && (request.Schema!.Value.ValueKind != JsonValueKind.Object || request.Schema.Value.GetRawText().Length > LargestSchema))
        {
            return Problems.Invalid("/schema", "invalid", $"A schema is an object of at most {LargestSchema} characters.");
        }

        if (request.Store && hasSchema)
        {
            return Problems.Invalid("/store", "invalid", "Only things can be stored: state thingTypes.");
        }

        if (request.Store && !caller.Scopes.Covers("things:write"))
        {
            return Problems.Forbidden(ProblemCodes.InsufficientScope, "Storing needs the scope 'things:write'.");
        }

        if (!extraction.HasModel)
        {
            return Problems.Invalid("", "model_required", "No model is configured; this needs one (ChatModel:Endpoint).");
        }

        return request.Model is { } model && !answerer.Knows(model)
            ? Problems.Invalid("/model", "model_unknown", "This model is not configured.")
            : null;
    }
}
