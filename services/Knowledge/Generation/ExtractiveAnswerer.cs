using System.Runtime.CompilerServices;
using OnePlatform.Knowledge.Answers;
using OnePlatform.Knowledge.Chunking;

namespace OnePlatform.Knowledge.Generation;

/// <summary>Answers without a model: sentences of the sources, word for word.</summary>
internal sealed class ExtractiveAnswerer : IAnswerer
{
    public const string NothingFound = "Nothing in this group's knowledge answers that.";

    public bool IsModel => false;

    // Clients name the models of their habit; the answer says what made it.
    public bool Knows(string model) => true;

    public async IAsyncEnumerable<AnswerPart> AnswerAsync(AnswerTask task, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var composed = ExtractiveComposer.Compose(task.Question, [.. task.Passages.Select(p => new AnswerSource(p.Id.ToString(), p.Text))]);
        var text = composed.Text.Length > 0 ? composed.Text : NothingFound;
        var at = 0;
        foreach (var end in composed.Citations.Select(c => c.End).Append(text.Length).Where(e => e > 0).Distinct())
        {
            // Sentence by sentence, as they would come from a model.
            yield return new AnswerText(text[at..end]);
            at = end;
        }

        await Task.CompletedTask;
        var (read, written) = (TokenCounter.Count(task.Question) + task.Passages.Sum(p => TokenCounter.Count(p.Text)), TokenCounter.Count(text));
        yield return new AnswerEnd(
            text, ExtractiveAnswer.Model, "stop", new TokenUsage(read, written, read + written),
            [.. composed.Citations.Select(c => new AnswerCitation(c.Start, c.End, Guid.Parse(c.SourceId), c.SourceStart, c.SourceEnd))]);
    }
}
