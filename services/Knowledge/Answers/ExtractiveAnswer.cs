namespace OnePlatform.Knowledge.Answers;

/// <summary>What an answer may draw on. Sources come best first.</summary>
internal sealed record AnswerSource(string Id, string Text);

/// <summary>
/// The stretch [Start, End) of the answer comes from [SourceStart, SourceEnd) of the source's text.
/// </summary>
internal sealed record Citation(int Start, int End, string SourceId, int SourceStart, int SourceEnd);

/// <summary>Sentences of the sources, word for word, each with its citation. Empty when none bears on the question.</summary>
internal sealed record ExtractiveAnswer(string Text, IReadOnlyList<Citation> Citations)
{
    public const string Model = "extractive";
}
