using Microsoft.AspNetCore.Diagnostics;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Embedding;

/// <summary>What a request is told that needed a vector and could not have one.</summary>
internal sealed partial class EmbeddingProblems(ILogger<EmbeddingProblems> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not EmbeddingException { Failure: var failure })
        {
            return false;
        }

        LogNotEmbedded(exception, failure.Code);
        if (failure.Passes)
        {
            httpContext.Response.Headers.RetryAfter = "10";
        }

        var status = failure.Passes ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status502BadGateway;
        await Problems.Of(status, failure.Code, failure.Detail).ExecuteAsync(httpContext);
        return true;
    }

    [LoggerMessage(LogLevel.Warning, "A request's texts could not be embedded: {Code}.")]
    private partial void LogNotEmbedded(Exception exception, string code);
}
