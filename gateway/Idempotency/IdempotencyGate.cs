using Microsoft.AspNetCore.Http.Features;
using OnePlatform.Gateway.Proxy;
using OnePlatform.ServiceDefaults;
using StackExchange.Redis;

namespace OnePlatform.Gateway.Idempotency;

/// <summary>Lets a POST with an Idempotency-Key act once, whatever happens to its answer on the way.</summary>
internal sealed partial class IdempotencyGate(RequestDelegate next, KeptAnswers answers, TimeProvider clock, ILogger<IdempotencyGate> logger)
{
    public const string Header = "Idempotency-Key";
    private const int LongestKey = 255;
    private const string RetryAfterSeconds = "2";

    public Task InvokeAsync(HttpContext context)
    {
        var stated = context.Request.Headers[Header];
        if (stated.Count == 0 || !HttpMethods.IsPost(context.Request.Method))
        {
            return next(context);
        }

        var pass = RequestPass.Of(context);
        if (!pass.Rule.IsProxied || pass.Rule.Answer == AnswerKind.Stream)
        {
            return next(context);
        }

        return stated.Count == 1 && stated[0] is { Length: > 0 and <= LongestKey } key && key.All(character => character is >= ' ' and <= '~')
            ? OnceAsync(pass, key)
            : context.AnswerAsync(Problems.Make(
                StatusCodes.Status400BadRequest, "invalid_idempotency_key", $"Idempotency-Key is one value of 1 to {LongestKey} visible ASCII characters."));
    }

    private async Task OnceAsync(RequestPass pass, string key)
    {
        var context = pass.Context;
        var request = await RequestFingerprint.OfAsync(pass, key);
        Earlier earlier;
        try
        {
            earlier = await answers.BeginAsync(request);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // Without memory it could act twice; that is the one thing the client asked for not to happen.
            LogAway(exception);
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
            await context.AnswerAsync(Problems.Make(
                StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "Requests with an Idempotency-Key cannot be taken now; try again."));
            return;
        }

        switch (earlier)
        {
            case Earlier.None:
                await ForwardAsync(context, request);
                break;
            case Earlier.Answered answered:
                await answered.Answer.RepeatAsync(context.Response, context.RequestAborted);
                break;
            case Earlier.UnderWay:
                context.Response.Headers.RetryAfter = RetryAfterSeconds;
                await context.AnswerAsync(Problems.Make(409, "idempotency_in_progress", "The first request with this Idempotency-Key is still running; try again."));
                break;
            case Earlier.Interrupted:
                await context.AnswerAsync(Problems.Make(
                    409, "idempotency_outcome_unknown", "The first request with this Idempotency-Key was interrupted; it may have acted. Look, then use a new key."));
                break;
            case Earlier.NotKept:
                await context.AnswerAsync(Problems.Make(
                    409, "idempotency_answer_not_kept", "The first request with this Idempotency-Key has acted; its answer was too large to be repeated."));
                break;
            default:
                await context.AnswerAsync(Problems.Make(422, "idempotency_key_reused", "This Idempotency-Key came with another request before."));
                break;
        }
    }

    private async Task ForwardAsync(HttpContext context, RequestFingerprint request)
    {
        var client = context.Features.Get<IHttpResponseBodyFeature>()!;
        await using var buffer = new AnswerBuffer(client.Stream, KeptAnswers.LargestBody);
        context.Response.Body = buffer;
        // A client that gives up will come again for the answer, so the request goes on without it.
        context.RequestAborted = CancellationToken.None;
        using (var ended = new CancellationTokenSource())
        {
            var life = ShowLifeAsync(request, ended.Token);
            try
            {
                await next(context);
            }
            finally
            {
                await ended.CancelAsync();
                await life;
            }
        }

        try
        {
            await SettleAsync(context, request, buffer);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogLost(exception);
        }

        context.Features.Set(client);
        if (!buffer.IsLetThrough && buffer.Length > 0)
        {
            await client.Stream.WriteAsync(buffer.Held, context.RequestAborted);
        }
    }

    private Task SettleAsync(HttpContext context, RequestFingerprint request, AnswerBuffer buffer)
    {
        var status = context.Response.StatusCode;
        var isBroken = context.GetForwarderErrorFeature() is { } error && !OtherInstances.NeverArrived(error);
        if (isBroken || RequestPass.Of(context).OutcomeIsUnknown)
        {
            return answers.InterruptAsync(request);
        }

        // These say that nothing was done, and may be otherwise next time.
        if (status is >= 500 or StatusCodes.Status401Unauthorized or StatusCodes.Status408RequestTimeout or StatusCodes.Status429TooManyRequests)
        {
            return answers.ForgetAsync(request);
        }

        return answers.KeepAsync(request, buffer.IsLetThrough ? null : KeptAnswer.Of(context.Response, buffer.Held));
    }

    private async Task ShowLifeAsync(RequestFingerprint request, CancellationToken ended)
    {
        while (true)
        {
            await Task.Delay(KeptAnswers.Silence / 3, clock, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ended.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await answers.ShowLifeAsync(request);
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                LogAway(exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Answers to requests with an Idempotency-Key cannot be looked up.")]
    private partial void LogAway(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The answer to a request with an Idempotency-Key could not be kept; its repetition will be told that the outcome is unknown.")]
    private partial void LogLost(Exception exception);
}
