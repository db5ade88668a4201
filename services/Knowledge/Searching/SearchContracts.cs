using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace OnePlatform.Knowledge.Searching;

/// <param name="Query">Words; needed for the modes hybrid and keyword.</param>
/// <param name="Embedding">A vector instead of, or besides, the query's own.</param>
/// <param name="EmbeddingModel">Compares <paramref name="Embedding"/> with vectors of this model only; else with all of its length.</param>
/// <param name="Threshold">Results with a lower score are left out. Hybrid scores are from 0 to 1, vector scores are cosines.</param>
/// <param name="Mode">hybrid, vector or keyword; hybrid unless stated, or vector for an embedding alone.</param>
/// <param name="Filter">The grammar of <c>?filter=</c>, over the fields of knowledge.</param>
/// <param name="Labels">Any of them.</param>
/// <param name="Scope">subtree searches the groups below as well.</param>
/// <param name="Explain">Tells each result's rank in both lists.</param>
public sealed record SearchRequest(
    [property: StringLength(10_000)] string? Query = null,
    [property: MinLength(1), MaxLength(4096)] float[]? Embedding = null,
    [property: StringLength(100, MinimumLength = 1)] string? EmbeddingModel = null,
    [property: Range(1, 100)] int Limit = 10,
    double? Threshold = null,
    [property: AllowedValues("hybrid", "vector", "keyword", null)] string? Mode = null,
    [property: StringLength(4096)] string? Filter = null,
    [property: MaxLength(100)] IReadOnlyList<string>? Labels = null,
    Guid? ThingId = null,
    Guid? DocumentId = null,
    [property: AllowedValues("self", "subtree", null)] string? Scope = null,
    bool Explain = false);

/// <param name="Start">Where the match begins in <see cref="SearchResult.Text"/>, in UTF-16 units.</param>
public sealed record TextHighlight(int Start, int End, string Text);

/// <param name="VectorRank">From 1; absent when the row is not in the list.</param>
/// <param name="Fused">What fusing both ranks gave, 1 for first in both.</param>
public sealed record SearchExplanation(int? VectorRank, double? VectorScore, int? KeywordRank, double? KeywordScore, double? Fused);

/// <param name="Id">The row, or the best of the neighbouring chunks the passage was put together from.</param>
/// <param name="Start">Where the passage begins in its document's text.</param>
public sealed record SearchResult(
    Guid Id, Guid GroupId, string Type, string? Title, string Text, double Score, Guid? DocumentId, Guid? ThingId, int? ChunkIndex,
    int Start, int End, IReadOnlyList<TextHighlight> Highlights, IReadOnlyList<string> Labels, JsonElement Metadata,
    IReadOnlyList<Guid>? MergedIds = null, SearchExplanation? Explain = null);

public sealed record SearchResponse(IReadOnlyList<SearchResult> Results, int Count);
