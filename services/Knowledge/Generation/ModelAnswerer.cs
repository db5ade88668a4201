using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using OnePlatform.Knowledge.Chunking;

namespace OnePlatform.Knowledge.Generation;

/// <summary>Answers by the configured model, cited where its sources bear it out.</summary>
internal sealed class ModelAnswerer(IChatClient client, IOptions<ChatModelOptions> options) : IAnswerer
{
    public bool IsModel => true;

    public bool Knows(string model) => model == options.Value.Model || options.Value.OtherModels.Contains(model);

    public async IAsyncEnumerable<AnswerPart> AnswerAsync(AnswerTask task, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var messages = ModelPrompt.Of(task, options.Value.HistoryTokens);
        var model = task.Model ?? options.Value.Model;
        var settings = new ChatOptions { ModelId = model, MaxOutputTokens = task.MaxTokens ?? options.Value.MaxTokens };
        var (text, finish, usage) = (new StringBuilder(), "stop", (UsageDetails?)null);
        await foreach (var update in client.GetStreamingResponseAsync(messages, settings, cancellationToken))
        {
            finish = update.FinishReason?.Value ?? finish;
            usage = update.Contents.OfType<UsageContent>().FirstOrDefault()?.Details ?? usage;
            if (update.Text.Length > 0)
            {
                text.Append(update.Text);
                yield return new AnswerText(update.Text);
            }
        }

        var answer = text.ToString();
        var read = (int)(usage?.InputTokenCount ?? messages.Sum(m => TokenCounter.Count(m.Text)));
        var written = (int)(usage?.OutputTokenCount ?? TokenCounter.Count(answer));
        yield return new AnswerEnd(
            answer, model, FinishOf(finish), new TokenUsage(read, written, read + written), CitationCheck.Of(answer, task.Passages));
    }

    private static string FinishOf(string reason) => reason switch
    {
        "length" => "length",
        "content_filter" => "content-filter",
        "stop" => "stop",
        _ => "other",
    };
}
