using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace OnePlatform.Knowledge.Records;

/// <param name="Type">label, document, chunk or vector_only.</param>
/// <param name="Embedding">The caller's own vector; without one the platform computes it from the text.</param>
/// <param name="EmbeddingModel">What made the vector. Search by text compares with vectors of the platform's model only.</param>
/// <param name="Labels">Often <c>prefix:value</c>, such as <c>topic:refunds</c>.</param>
/// <param name="Metadata">An object of the caller's own.</param>
public sealed record CreateKnowledgeRequest(
    [property: Required, AllowedValues("label", "document", "chunk", "vector_only")] string Type,
    [property: StringLength(1_000_000, MinimumLength = 1)] string? Text = null,
    [property: MinLength(1), MaxLength(4096)] float[]? Embedding = null,
    [property: StringLength(100, MinimumLength = 1)] string? EmbeddingModel = null,
    [property: StringLength(500, MinimumLength = 1)] string? Title = null,
    IReadOnlyList<string>? Labels = null,
    Guid? ThingId = null,
    JsonElement? Metadata = null);

/// <param name="Text">In lists left out for documents.</param>
/// <param name="Start">Where a chunk begins in its document's text, in UTF-16 units.</param>
/// <param name="Section">The headings above a chunk.</param>
public sealed record KnowledgeResponse(
    Guid Id, Guid GroupId, string Type, string? Title, string? Text, IReadOnlyList<string> Labels, JsonElement Metadata,
    Guid? ThingId, Guid? DocumentId, int? ChunkIndex, int? Start, int? End, int? TokenCount, string? Section, string? Format,
    string? EmbeddingModel, int? EmbeddingDimensions, Guid? CreatedBy, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <param name="Count">Rows of knowledge that carry the label.</param>
public sealed record LabelCount(string Label, long Count);

public sealed record LabelList(IReadOnlyList<LabelCount> Results);
