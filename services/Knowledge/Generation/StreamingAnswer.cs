using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Generation;

/// <summary>An answer as the lines of a UI message stream. Never throws for what the model did: such a stream ends with an error chunk.</summary>
internal sealed partial class StreamingAnswer(Answering answering, TimeProvider clock, ILogger<StreamingAnswer> logger)
{
    public string NewMessageId() => $"msg_{Guid.CreateVersion7(clock.GetUtcNow()):N}";

    /// <param name="ended">Is told the text, before a client is told that it is whole, or why it is not.</param>
    public async Task WriteAsync(
        Guid groupId, string messageId, AnswerTask task, Func<string, Task> write, Func<string, Task> ended, CancellationToken cancellationToken)
    {
        var written = new StringBuilder();
        await write(UiMessageStream.Opening(messageId, groupId, task.Passages));
        try
        {
            await foreach (var part in answering.AnswerAsync(groupId, task, cancellationToken))
            {
                if (part is AnswerText text)
                {
                    written.Append(text.Delta);
                    await write(UiMessageStream.Delta(text.Delta));
                }
                else if (part is AnswerEnd end)
                {
                    await ended(end.Text);
                    await write(UiMessageStream.Closing(end, task.Passages));
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await ended(written.ToString());
            await write(UiMessageStream.Abort("stopped"));
        }
        catch (Exception ex) when (ModelFailure.Of(ex, cancellationToken) is { } failure)
        {
            LogFailed(ex, failure.Code);
            await ended(written.ToString());
            await write(UiMessageStream.Error(failure.Detail));
        }

        await write(UiMessageStream.Done);
    }

    /// <summary>The problem of a model's failure, where no stream has begun.</summary>
    public static ProblemHttpResult ProblemOf(ModelFailure failure, HttpContext context)
    {
        if (failure.Status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = "10";
        }

        return Problems.Of(failure.Status, failure.Code, failure.Detail);
    }

    [LoggerMessage(LogLevel.Warning, "The model failed in the middle of an answer: {Code}.")]
    private partial void LogFailed(Exception exception, string code);
}
