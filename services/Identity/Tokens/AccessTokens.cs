using System.Security.Claims;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Tokens;

/// <param name="ExpiresAt">UTC, whole seconds as in the token.</param>
internal sealed record AccessToken(string Text, DateTimeOffset ExpiresAt);

/// <summary>Whom an access token speaks for.</summary>
internal sealed record TokenSubject(Guid Id, string Kind, Guid? GroupId, Role Role, string Scopes)
{
    public Guid? OnBehalfOf { get; init; }

    public Guid? SessionId { get; init; }

    public int Assurance { get; init; } = 1;

    /// <summary>Authentication methods, RFC 8176.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];
}

/// <summary>Signs access tokens, and checks those it has signed.</summary>
internal sealed class AccessTokens(SigningKeyRing ring, IOptions<IdentityOptions> options, TimeProvider clock)
{
    private static readonly JsonWebTokenHandler s_handler = new() { SetDefaultTimesOnTokenCreation = false, MapInboundClaims = false };

    /// <summary>For a person's client.</summary>
    public AccessToken Sign(TokenSubject subject) => Sign(subject, options.Value.AccessTokenLife, DateTimeOffset.MaxValue);

    /// <summary>For the gateway: short, and never longer than the credential it was exchanged for.</summary>
    public AccessToken SignExchanged(TokenSubject subject, DateTimeOffset credentialExpiresAt)
        => Sign(subject, options.Value.ExchangedTokenLife, credentialExpiresAt);

    /// <returns>The caller and when the token ends, or null when it is not one of the platform's own or has ended.</returns>
    public async Task<VerifiedToken?> ReadAsync(string token)
        => await ReadAsync(token, Authentication.Issuer) is var (claims, expiresAt) ? new VerifiedToken(Caller.From(claims), expiresAt) : null;

    /// <summary>Checks a token that we have signed under another of our names, which is its issuer and its audience.</summary>
    public async Task<(ClaimsPrincipal Claims, DateTimeOffset ExpiresAt)?> ReadAsync(string token, string issuer)
    {
        var result = await s_handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidTypes = [Authentication.TokenType],
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            ValidIssuer = issuer,
            ValidAudience = issuer,
            ClockSkew = TimeSpan.Zero,
            LifetimeValidator = (from, to, _, _) => to > clock.GetUtcNow().UtcDateTime && (from is null || from <= clock.GetUtcNow().UtcDateTime.AddSeconds(1)),
            IssuerSigningKeyResolver = (_, _, keyId, _) => keyId is not null && ring.Find(keyId) is { } key ? [key] : [],
        });
        return result.IsValid ? (new ClaimsPrincipal(result.ClaimsIdentity), new DateTimeOffset(result.SecurityToken.ValidTo, TimeSpan.Zero)) : null;
    }

    private AccessToken Sign(TokenSubject subject, TimeSpan life, DateTimeOffset atMost)
    {
        var now = clock.GetUtcNow();
        var expiresAt = now + life < atMost ? now + life : atMost;
        expiresAt = DateTimeOffset.FromUnixTimeSeconds(expiresAt.ToUnixTimeSeconds());
        var text = s_handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Authentication.Issuer,
            Audience = Authentication.Issuer,
            TokenType = Authentication.TokenType,
            IssuedAt = now.UtcDateTime,
            Expires = expiresAt.UtcDateTime,
            Claims = ClaimsOf(subject),
            SigningCredentials = ring.Current,
        });
        return new AccessToken(text, expiresAt);
    }

    private static Dictionary<string, object> ClaimsOf(TokenSubject subject)
    {
        var claims = new Dictionary<string, object>
        {
            [TokenClaims.Subject] = subject.Id.ToString(),
            [TokenClaims.Kind] = subject.Kind,
            [TokenClaims.Role] = RoleNames.NameOf(subject.Role),
            [TokenClaims.Scope] = subject.Scopes,
            [TokenClaims.Assurance] = subject.Assurance,
        };
        AddIfAny(TokenClaims.GroupId, subject.GroupId);
        AddIfAny(TokenClaims.OnBehalfOf, subject.OnBehalfOf);
        AddIfAny(TokenClaims.SessionId, subject.SessionId);
        if (subject.Methods.Count > 0)
        {
            claims["amr"] = subject.Methods;
        }

        return claims;

        void AddIfAny(string claim, Guid? id)
        {
            if (id is { } value)
            {
                claims[claim] = value.ToString();
            }
        }
    }
}
