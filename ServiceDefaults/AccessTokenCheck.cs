using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace OnePlatform.ServiceDefaults;

/// <summary>Verifies access tokens outside of ASP.NET's authentication, for the gateway.</summary>
public sealed class AccessTokenCheck
{
    private readonly AccessTokenHandler _handler;
    private readonly TokenValidationParameters _parameters;

    internal AccessTokenCheck(AccessTokenHandler handler, SigningKeys keys)
    {
        _handler = handler;
        _parameters = Authentication.MakeParameters();
        _parameters.IssuerSigningKeyResolver = (_, _, keyId, _) => keys.Find(keyId) is { } key ? [key] : [];
    }

    /// <summary>The caller a token names and when the token ends, or null when the token is not one of ours or has ended.</summary>
    /// <exception cref="HttpRequestException">Identity cannot be reached and no signing keys are known yet.</exception>
    public async Task<VerifiedToken?> VerifyAsync(string token)
    {
        var result = await _handler.ValidateTokenAsync(token, _parameters);
        return result.IsValid
            ? new VerifiedToken(Caller.From(new ClaimsPrincipal(result.ClaimsIdentity)), new DateTimeOffset(result.SecurityToken.ValidTo, TimeSpan.Zero))
            : null;
    }
}

/// <summary>What a valid access token says.</summary>
public sealed record VerifiedToken(Caller Caller, DateTimeOffset ExpiresAt);

/// <summary>Registers <see cref="AccessTokenCheck"/> alone, without authentication and authorization.</summary>
public static class AccessTokenCheckRegistration
{
    /// <summary>Access tokens are checked with the keys at <c>/.well-known/jwks</c> of the service <c>identity</c>.</summary>
    public static WebApplicationBuilder AddAccessTokenCheck(this WebApplicationBuilder builder)
    {
        builder.Services.AddHttpClient(SigningKeys.HttpClient, client => client.BaseAddress = new Uri("https+http://identity"));
        builder.Services.AddSingleton<SigningKeys>();
        builder.Services.AddSingleton<AccessTokenHandler>();
        builder.Services.AddSingleton(services => new AccessTokenCheck(
            services.GetRequiredService<AccessTokenHandler>(), services.GetRequiredService<SigningKeys>()));
        return builder;
    }
}
