using OnePlatform.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;

namespace OnePlatform.Gateway.Proxy;

/// <summary>A service that cannot be reached, does not answer in time or answers nonsense becomes a problem the client can act on.</summary>
internal static class UpstreamErrors
{
    private const string RetryAfterSeconds = "2";

    public static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.GetForwarderErrorFeature() is { } error && !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await WriteAsync(context, ProblemOf(error));
        }
    }

    /// <summary>A service's own problem passes; any other failure of it, such as one of a proxy in between, does not.</summary>
    public static ValueTask HideFailure(ResponseTransformContext transform)
    {
        if (transform.ProxyResponse is not { } response || (int)response.StatusCode < 500)
        {
            return default;
        }

        var isProblem = response.Content.Headers.ContentType?.MediaType == "application/problem+json";
        RequestPass.Of(transform.HttpContext).OutcomeIsUnknown = !isProblem || response.Headers.Contains(Outcome.Header);
        if (!isProblem)
        {
            transform.SuppressResponseBody = true;
            transform.HttpContext.Response.Headers.Clear();
            return new ValueTask(WriteAsync(transform.HttpContext, Unavailable()));
        }

        return default;
    }

    private static Microsoft.AspNetCore.Mvc.ProblemDetails ProblemOf(IForwarderErrorFeature error)
    {
        if (BadRequestIn(error.Exception) is { } bad)
        {
            return Problems.Make(bad.StatusCode, ProblemCodes.Of(bad.StatusCode), bad.Message);
        }

        return error.Error switch
        {
            ForwarderError.RequestTimedOut or ForwarderError.UpgradeActivityTimeout => Problems.Make(
                StatusCodes.Status504GatewayTimeout, ProblemCodes.Of(504), "The answer took too long; try again."),
            ForwarderError.RequestBodyClient => Problems.Make(StatusCodes.Status400BadRequest, ProblemCodes.MalformedBody, "The body could not be read."),
            ForwarderError.RequestBodyCanceled => Problems.Make(StatusCodes.Status408RequestTimeout, ProblemCodes.Of(408), "The body came too slowly."),
            _ => Unavailable(),
        };
    }

    private static Microsoft.AspNetCore.Mvc.ProblemDetails Unavailable() => Problems.Make(
        StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "The part of the platform that answers this is not available; try again.");

    private static BadHttpRequestException? BadRequestIn(Exception? exception) => exception switch
    {
        null => null,
        BadHttpRequestException bad => bad,
        AggregateException many => many.InnerExceptions.Select(BadRequestIn).FirstOrDefault(bad => bad is not null),
        _ => BadRequestIn(exception.InnerException),
    };

    private static Task WriteAsync(HttpContext context, Microsoft.AspNetCore.Mvc.ProblemDetails problem)
    {
        if (problem.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout)
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
        }

        // Held back for an Idempotency-Key, part of the broken answer may be there still.
        if (context.Response.Body.CanSeek)
        {
            context.Response.Body.SetLength(0);
        }

        return context.AnswerAsync(problem);
    }
}
