namespace OnePlatform.Knowledge.Generation;

/// <summary>An earlier turn of a conversation.</summary>
internal sealed record Turn(bool IsAssistant, string Text);

/// <summary>What is to be answered, and from what.</summary>
internal sealed record AnswerTask(
    string Question, IReadOnlyList<AnswerPassage> Passages, IReadOnlyList<Turn> History, string? System = null, string? Model = null, int? MaxTokens = null,
    bool IsGrounded = true);

/// <summary>An answer as it comes: text, bit by bit, and how it ended.</summary>
internal abstract record AnswerPart;

internal sealed record AnswerText(string Delta) : AnswerPart;

/// <param name="Text">All of it.</param>
internal sealed record AnswerEnd(
    string Text, string Model, string FinishReason, TokenUsage Usage, IReadOnlyList<AnswerCitation> Citations) : AnswerPart;

/// <summary>Makes answers: from sentences of the sources, or by a model.</summary>
internal interface IAnswerer
{
    /// <summary>A language model: it can do without sources, and costs tokens. What is none says only what the sources say.</summary>
    bool IsModel { get; }

    /// <returns>Whether a request may ask for this model.</returns>
    bool Knows(string model);

    IAsyncEnumerable<AnswerPart> AnswerAsync(AnswerTask task, CancellationToken cancellationToken);
}
