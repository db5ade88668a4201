using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OnePlatform.ServiceDefaults;

/// <summary>
/// Validates access tokens, each once: an ES256 check costs more than most queries, and the same token comes with every
/// request of its five or fifteen minutes. Results are kept until the token expires, at most <see cref="Capacity"/> of them.
/// </summary>
internal sealed class AccessTokenHandler(SigningKeys keys, TimeProvider clock) : JsonWebTokenHandler, IDisposable
{
    private const int Capacity = 20_000;

    private readonly MemoryCache _valid = new(new MemoryCacheOptions { SizeLimit = Capacity });

    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        if (_valid.TryGetValue(token, out TokenValidationResult? known) && known!.SecurityToken.ValidTo > clock.GetUtcNow().UtcDateTime)
        {
            return known;
        }

        if (KeyIdOf(token) is not { } keyId)
        {
            return new TokenValidationResult { Exception = new SecurityTokenMalformedException("Not a JSON Web Token.") };
        }

        await keys.PrepareAsync(keyId, CancellationToken.None);
        var result = await base.ValidateTokenAsync(token, validationParameters);
        if (result.IsValid)
        {
            _valid.Set(token, result, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpiration = result.SecurityToken.ValidTo });
        }

        return result;
    }

    public void Dispose() => _valid.Dispose();

    private string? KeyIdOf(string token)
    {
        try
        {
            // CanReadToken counts the dots only.
            return CanReadToken(token) ? ReadJsonWebToken(token).Kid : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}

internal sealed class UseAccessTokenHandler(AccessTokenHandler handler, SigningKeys keys) : IPostConfigureOptions<JwtBearerOptions>
{
    public void PostConfigure(string? name, JwtBearerOptions options)
    {
        options.TokenHandlers.Clear();
        options.TokenHandlers.Add(handler);
        options.TokenValidationParameters.IssuerSigningKeyResolver = (_, _, keyId, _) => keys.Find(keyId) is { } key ? [key] : [];
    }
}
