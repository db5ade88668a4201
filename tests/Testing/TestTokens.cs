using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Testing;

/// <summary>Stands in for Identity where only its tokens matter: signs them, and publishes the key over HTTP.</summary>
public sealed class TestTokens : IAsyncDisposable
{
    private readonly ECDsaSecurityKey _key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "test-key" };
    private WebApplication? _identity;

    /// <summary>Address to configure as <c>services:identity:http:0</c>.</summary>
    public string Address => _identity!.Urls.First();

    public static async Task<TestTokens> StartAsync()
    {
        var tokens = new TestTokens();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        tokens._identity = builder.Build();
        tokens._identity.MapGet("/.well-known/jwks", () => Results.Text(tokens.PublicKeys(), "application/json"));
        await tokens._identity.StartAsync();
        return tokens;
    }

    public string ForPerson(Guid person, Guid? group, Role role = Role.GroupOwner, int assurance = 1) => Sign(new()
    {
        [TokenClaims.Subject] = person.ToString(),
        [TokenClaims.Kind] = Caller.PersonKind,
        [TokenClaims.SessionId] = Guid.NewGuid().ToString(),
        [TokenClaims.Role] = RoleNames.NameOf(role),
        [TokenClaims.Scope] = "*",
        [TokenClaims.Assurance] = assurance,
    }, group);

    public string ForKey(Guid key, Guid group, string scopes, Guid? maker = null, Role role = Role.GroupOwner) => Sign(new()
    {
        [TokenClaims.Subject] = key.ToString(),
        [TokenClaims.Kind] = Caller.KeyKind,
        [TokenClaims.OnBehalfOf] = (maker ?? Guid.NewGuid()).ToString(),
        [TokenClaims.Role] = RoleNames.NameOf(role),
        [TokenClaims.Scope] = scopes,
    }, group);

    /// <summary>As a signer whose clock differs from ours by <paramref name="clock"/> gives it, good for <paramref name="life"/> from then.</summary>
    public string ByClock(Guid person, TimeSpan clock, TimeSpan life)
        => Sign(new() { [TokenClaims.Subject] = person.ToString(), [TokenClaims.Kind] = Caller.PersonKind, [TokenClaims.SessionId] = Guid.NewGuid().ToString(), [TokenClaims.Scope] = "*" }, null, clock, life);

    public async ValueTask DisposeAsync()
    {
        if (_identity is not null)
        {
            await _identity.DisposeAsync();
        }
    }

    private string Sign(Dictionary<string, object> claims, Guid? group, TimeSpan clock = default, TimeSpan? life = null)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime + clock;
        if (group is { } id)
        {
            claims[TokenClaims.GroupId] = id.ToString();
        }

        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Claims = claims,
            Issuer = Authentication.Issuer,
            Audience = Authentication.Issuer,
            TokenType = Authentication.TokenType,
            NotBefore = now,
            Expires = now + (life ?? TimeSpan.FromMinutes(30)),
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.EcdsaSha256),
        });
    }

    private string PublicKeys()
    {
        var point = _key.ECDsa.ExportParameters(includePrivateParameters: false).Q;
        return JsonSerializer.Serialize(new
        {
            keys = new[]
            {
                new { kty = "EC", crv = "P-256", alg = "ES256", use = "sig", kid = _key.KeyId, x = Base64UrlEncoder.Encode(point.X!), y = Base64UrlEncoder.Encode(point.Y!) },
            },
        });
    }
}
