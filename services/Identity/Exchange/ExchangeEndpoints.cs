using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Exchange;

/// <summary>For the gateway alone, which does not route this path. The credential in the body is all the proof there is.</summary>
internal static class ExchangeEndpoints
{
    public static void MapExchange(this IEndpointRouteBuilder routes)
        => routes.MapPost("/internal/token-exchange", Exchange)
            .WithName("ExchangeToken")
            .ExcludeFromDescription()
            .WithMetadata(new RequestSizeLimitAttribute(64 * 1024))
            .AllowAnonymous();

    private static async Task<Results<Ok<ExchangeResponse>, ProblemHttpResult>> Exchange(
        ExchangeRequest request, KeyExchange keys, SessionExchange sessions, CancellationToken cancellationToken)
    {
        var outcome = request.Kind switch
        {
            "api_key" => await keys.ExchangeAsync(request.Credential, request.GroupId, request.ClientIp, within: null, cancellationToken),
            "access_token" => await sessions.ExchangeTokenAsync(request.Credential, request.GroupId, request.ClientIp, cancellationToken),
            _ => await sessions.ExchangeCookieAsync(request.Credential, request.GroupId, request.ClientIp, cancellationToken),
        };
        return outcome switch
        {
            ExchangeOutcome.Exchanged exchanged => TypedResults.Ok(exchanged.Response),
            ExchangeOutcome.Refused refused => Problems.Of(refused.Status, refused.Code, refused.Detail),
            _ => throw new InvalidOperationException($"No answer for {outcome.GetType().Name}."),
        };
    }
}
