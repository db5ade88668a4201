using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Knowledge.Http;
using OnePlatform.Knowledge.Quotas;
using OnePlatform.Knowledge.Records;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Embedding;

/// <param name="Store">Keeps each text with its vector as a chunk; needs the scope knowledge:write as well.</param>
public sealed record EmbedRequest(
    [property: Required, MinLength(1), MaxLength(256)] IReadOnlyList<string> Texts,
    bool Store = false,
    IReadOnlyList<string>? Labels = null);

/// <param name="Embeddings">One for each text, in their order; zeros for a text without a word in it.</param>
/// <param name="Ids">Of the stored chunks.</param>
public sealed record EmbedResponse(
    IReadOnlyList<float[]> Embeddings, string Model, int Dimensions, int Count, IReadOnlyList<Guid>? Ids = null);

internal static class EmbedEndpoints
{
    private const int LongestText = 100_000;

    public static void MapEmbed(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/knowledge/embed", Embed).WithTags("Knowledge").WithName("EmbedTexts").WithSummary("Turn texts into vectors")
            .Access("ai:embed", Role.GroupUser);
        routes.MapPost("/api/ai/embed", Embed).WithTags("AI").WithName("EmbedForAi").WithSummary("Turn texts into vectors")
            .Access("ai:embed", Role.GroupUser);
    }

    private static async Task<Results<Ok<EmbedResponse>, ProblemHttpResult>> Embed(
        EmbedRequest request, ActingGroup group, Embedder embedder, RecordStore records, KnowledgeRoom room, CancellationToken cancellationToken)
    {
        for (var i = 0; i < request.Texts.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(request.Texts[i]) || request.Texts[i].Length > LongestText)
            {
                return Problems.Invalid($"/texts/{i}", "invalid", $"A text has 1 to {LongestText} characters.");
            }
        }

        if (request.Store && !group.Caller.Scopes.Covers("knowledge:write"))
        {
            return Problems.Forbidden(ProblemCodes.InsufficientScope, "Storing needs the scope 'knowledge:write'.");
        }

        if (request.Store && await room.RefusalAsync(group.Id, cancellationToken) is { } full)
        {
            return full;
        }

        var vectors = await embedder.EmbedAsync(request.Texts, cancellationToken);
        List<Guid>? ids = null;
        if (request.Store)
        {
            (ids, var faults) = await records.CreateManyAsync(group, request.Texts, vectors, request.Labels, cancellationToken);
            if (faults.Count > 0)
            {
                return Problems.Invalid(faults);
            }
        }

        var dimensions = vectors.FirstOrDefault(v => v is not null)?.Length ?? 0;
        return TypedResults.Ok(new EmbedResponse(
            [.. vectors.Select(v => v ?? new float[dimensions])], embedder.Model, dimensions, vectors.Length, ids));
    }
}
