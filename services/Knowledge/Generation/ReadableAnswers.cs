using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace OnePlatform.Knowledge.Generation;

/// <summary>
/// Tells by one exception that a provider's answer cannot be read. A page of somebody on the way has no events in it, and would pass for
/// an answer without a word; for JSON of another shape the client has exceptions of many kinds.
/// </summary>
internal sealed class ReadableAnswers(IChatClient model) : DelegatingChatClient(model)
{
    /// <exception cref="UnreadableAnswerException">What came is no answer of a model.</exception>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var isAnswer = false;
        await using var updates = base.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(updates, cancellationToken))
        {
            isAnswer |= updates.Current.FinishReason is not null || updates.Current.Text.Length > 0;
            yield return updates.Current;
        }

        if (!isAnswer)
        {
            throw new UnreadableAnswerException();
        }
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, CancellationToken cancellationToken)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (Exception ex) when (ex is not (OperationCanceledException or OutOfMemoryException) && ModelFailure.Of(ex, cancellationToken) is null)
        {
            throw new UnreadableAnswerException(ex);
        }
    }
}
