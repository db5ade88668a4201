using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Identity.Exchange;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OnePlatform.Identity.OpenIdConnect;

/// <summary>
/// Token exchange (RFC 8693): an API key against a five-minute access token for the key's own group. The key is all the proof
/// there is; whoever holds it needs not be a client.
/// </summary>
internal sealed class KeyGrant(KeyExchange keys, ClientIssuer issuer, RequestOrigin origin, TimeProvider clock)
{
    /// <summary>The <c>subject_token_type</c> of API keys.</summary>
    public const string KeyType = "urn:oneplatform:token-type:api-key";

    private static readonly string?[] s_issued = [null, TokenTypeIdentifiers.AccessToken, "urn:ietf:params:oauth:token-type:jwt"];

    public async Task<IResult> ExchangeAsync(OpenIddictRequest request, HttpContext context, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (request.SubjectTokenType != KeyType || request.SubjectToken is not { Length: > 0 } key)
        {
            return Refuse(Errors.InvalidRequest, $"subject_token must be an API key, and subject_token_type '{KeyType}'.");
        }

        if (!s_issued.Contains(request.RequestedTokenType) || request.ActorToken is not null)
        {
            return Refuse(Errors.InvalidRequest, "Only an access token can be had for an API key, and for nobody but the key.");
        }

        var targets = (request.Audiences ?? []).Concat(request.Resources ?? []);
        if (targets.Any(t => t is null || t.TrimEnd('/') != issuer.Name.TrimEnd('/')))
        {
            return Refuse("invalid_target", "The token would be good at this platform only.");
        }

        var asked = request.Scope is null ? null : ScopeSet.Parse(request.Scope);
        return await keys.ExchangeAsync(key, groupId: null, origin.Current.Ip, asked, cancellationToken) switch
        {
            ExchangeOutcome.Exchanged { Response: var answer } when asked is null || ScopeSet.Of(answer.Scopes).Covers(asked) => TypedResults.Json(
                new KeyGrantAnswer(
                    answer.AccessToken,
                    TokenTypeIdentifiers.AccessToken,
                    TokenTypes.Bearer,
                    (long)(answer.ExpiresAt - clock.GetUtcNow()).TotalSeconds,
                    string.Join(' ', answer.Scopes))),
            ExchangeOutcome.Exchanged => Refuse(Errors.InvalidScope, "The API key does not have all of these scopes."),
            ExchangeOutcome.Refused refused => Refuse(Errors.InvalidRequest, refused.Detail),
            var other => throw new InvalidOperationException($"No answer for {other.GetType().Name}."),
        };
    }

    private static JsonHttpResult<OAuthError> Refuse(string error, string description)
        => TypedResults.Json(new OAuthError(error, description), statusCode: StatusCodes.Status400BadRequest);
}

/// <summary>RFC 8693 §2.2.1.</summary>
internal sealed record KeyGrantAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("issued_token_type")] string IssuedTokenType,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] long ExpiresIn,
    [property: JsonPropertyName("scope")] string Scope);

/// <summary>RFC 6749 §5.2.</summary>
internal sealed record OAuthError(
    [property: JsonPropertyName("error")] string Error, [property: JsonPropertyName("error_description")] string ErrorDescription);
