using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using OnePlatform.Knowledge.Searching;

namespace OnePlatform.Knowledge.Generation;

/// <param name="Context">True, the default, to answer from the group's knowledge; false for the model alone; or an object
/// <c>{filter, labels, thingId, documentId, limit, scope}</c> that narrows where to look.</param>
public sealed record GenerateRequest(
    [property: Required, StringLength(10_000, MinimumLength = 1)] string Prompt,
    JsonElement? Context = null,
    [property: StringLength(20_000)] string? System = null,
    [property: StringLength(100)] string? Model = null,
    [property: Range(1, 100_000)] int? MaxTokens = null);

/// <summary>Where to look for an answer.</summary>
public sealed record AnswerContext(
    [property: StringLength(4096)] string? Filter = null,
    IReadOnlyList<string>? Labels = null,
    Guid? ThingId = null,
    Guid? DocumentId = null,
    [property: Range(1, 20)] int Limit = 5,
    string? Scope = null);

/// <summary>What an answer cost, in tokens of the model's; of cl100k where no model was asked.</summary>
public sealed record TokenUsage(int InputTokens, int OutputTokens, int TotalTokens);

/// <summary>The stretch of the answer from <paramref name="Start"/> to <paramref name="End"/> is borne out by that of the source's text.</summary>
public sealed record AnswerCitation(int Start, int End, Guid SourceId, int SourceStart, int SourceEnd);

/// <summary>A passage the answer could draw on.</summary>
public sealed record AnswerPassage(
    Guid Id, string Title, string Text, double Score, Guid? DocumentId, Guid? ThingId, int? ChunkIndex, int Start, int End);

/// <param name="Model"><c>extractive</c> when no model is configured: sentences of the sources, word for word.</param>
public sealed record GenerateResponse(
    string Text, string Model, string FinishReason, TokenUsage Usage, IReadOnlyList<AnswerCitation> Citations, IReadOnlyList<AnswerPassage> Sources);

public sealed record AiSearchResponse(
    IReadOnlyList<SearchResult> Results, int Count, string Answer, string Model, IReadOnlyList<AnswerCitation> Citations);
