using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OnePlatform.Testing;

/// <summary>What a provider says that is not so.</summary>
public enum Lie
{
    None,
    WrongNonce,
    NoNonce,
    WrongAudience,
    SeveralAudiences,
    OtherParty,
    WrongIssuer,
    BadSignature,
    NoSignature,
    SignedWithTheSecret,
    Expired,
    NotYetValid,
    NoSubject,
    NoIdToken,
    Garbage,
    UserInfoOfSomebodyElse,
}

public sealed record FakePerson(string Subject, string? Email, bool EmailVerified = true, string? Name = "Ada");

/// <summary>A sign-in provider that speaks OpenID Connect, and GitHub's dialect of OAuth 2, over a socket: truthfully, or not.</summary>
public sealed class FakeProvider : IAsyncDisposable
{
    public const string ClientId = "platform";
    public const string ClientSecret = "the secret + of the client, long enough for HS256";

    private static readonly string[] s_methods = ["client_secret_basic"];

    private readonly ConcurrentDictionary<string, IQueryCollection> _codes = new();
    private WebApplication? _app;
    private RsaSecurityKey _key = NewKey("first");

    public string Address => _app!.Urls.First();

    public FakePerson Person { get; set; } = new("0", null);

    public Lie Lie { get; set; }

    /// <summary>Answers everything but the sign-in page with this.</summary>
    public int? Broken { get; set; }

    /// <summary>The person's answer at the sign-in page, instead of a code.</summary>
    public string? Error { get; set; }

    /// <summary>The address is only told at the user info.</summary>
    public bool SlimTokens { get; set; }

    public (string, string)[] Settings(string name, string protocol = "OpenIdConnect") =>
    [
        ($"Identity:Providers:{name}:ClientId", ClientId),
        ($"Identity:Providers:{name}:ClientSecret", ClientSecret),
        ($"Identity:Providers:{name}:Protocol", protocol),
        (protocol == "GitHub" ? $"Identity:Providers:{name}:Site" : $"Identity:Providers:{name}:Authority", Address),
        (protocol == "GitHub" ? $"Identity:Providers:{name}:Api" : $"Identity:Providers:{name}:Label", protocol == "GitHub" ? Address : "Fake"),
    ];

    public static async Task<FakeProvider> StartAsync()
    {
        var provider = new FakeProvider();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = provider._app = builder.Build();
        app.Use(async (context, next) =>
        {
            if (provider.Broken is { } status && !context.Request.Path.Value!.Contains("authorize", StringComparison.Ordinal))
            {
                context.Response.StatusCode = status;
                return;
            }

            await next(context);
        });
        app.MapGet("/.well-known/openid-configuration", provider.Discover);
        app.MapGet("/other/.well-known/openid-configuration", provider.Discover);
        app.MapGet("/jwks", () => new { keys = new[] { JsonWebKeyConverter.ConvertFromRSASecurityKey(Public(provider._key)) }.Select(k => new { kty = k.Kty, kid = k.Kid, n = k.N, e = k.E, use = "sig" }) });
        app.MapGet("/authorize", provider.Authorize);
        app.MapGet("/login/oauth/authorize", provider.Authorize);
        app.MapPost("/token", provider.RedeemAsync);
        app.MapPost("/login/oauth/access_token", provider.RedeemAsync);
        app.MapGet("/userinfo", () => new { sub = provider.Lie == Lie.UserInfoOfSomebodyElse ? "somebody" : provider.Person.Subject, email = provider.Person.Email, email_verified = provider.Person.EmailVerified, name = provider.Person.Name });
        app.MapGet("/user", () => new { id = long.Parse(provider.Person.Subject, System.Globalization.CultureInfo.InvariantCulture), login = "ada", name = provider.Person.Name });
        app.MapGet("/user/emails", () => new[]
        {
            new { email = "other@example.com", primary = false, verified = true },
            new { email = provider.Person.Email!, primary = true, verified = provider.Person.EmailVerified },
        });
        await app.StartAsync();
        return provider;
    }

    public void ChangeKeys() => _key = NewKey("second");

    public async ValueTask DisposeAsync() => await _app!.DisposeAsync();

    private IResult Discover() => Results.Json(new Dictionary<string, object>
    {
        ["issuer"] = Address,
        ["authorization_endpoint"] = $"{Address}/authorize",
        ["token_endpoint"] = $"{Address}/token",
        ["userinfo_endpoint"] = $"{Address}/userinfo",
        ["jwks_uri"] = $"{Address}/jwks",
        ["token_endpoint_auth_methods_supported"] = s_methods,
    });

    private IResult Authorize(HttpRequest request)
    {
        var query = request.Query;
        var code = Guid.NewGuid().ToString("N");
        _codes[code] = query;
        Dictionary<string, string?> answer = Error is { } error
            ? new() { ["state"] = query["state"], ["error"] = error }
            : new() { ["state"] = query["state"], ["code"] = code };
        return query["code_challenge_method"] == "S256" && query["response_type"] == "code" && query["client_id"] == ClientId
            ? Results.Redirect(QueryHelpers.AddQueryString(query["redirect_uri"]!, answer))
            : Results.BadRequest();
    }

    private async Task<IResult> RedeemAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        var pair = $"{Uri.EscapeDataString(ClientId)}:{Uri.EscapeDataString(ClientSecret)}";
        var isClient = request.Headers.Authorization == $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))}" || form["client_secret"] == ClientSecret;
        if (!isClient || !_codes.TryRemove(form["code"].ToString(), out var asked)
            || asked["redirect_uri"] != form["redirect_uri"]
            || asked["code_challenge"] != Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))))
        {
            return request.Path.StartsWithSegments("/login") ? Results.Json(new { error = "bad_verification_code" }) : Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        }

        return Lie switch
        {
            Lie.Garbage => Results.Text("<html>"),
            Lie.NoIdToken => Results.Json(new { access_token = "access", token_type = "Bearer" }),
            _ => Results.Json(new { access_token = "access", token_type = "Bearer", id_token = IdToken(asked["nonce"].ToString()) }),
        };
    }

    private string IdToken(string nonce)
    {
        var now = TimeProvider.System.GetUtcNow();
        var claims = new Dictionary<string, object>
        {
            ["iss"] = Lie == Lie.WrongIssuer ? "https://evil.example" : Address,
            ["aud"] = Lie switch { Lie.WrongAudience => "another", Lie.SeveralAudiences => new[] { ClientId, "another" }, _ => ClientId },
            ["iat"] = now.ToUnixTimeSeconds(),
            ["nbf"] = now.AddMinutes(Lie == Lie.NotYetValid ? 10 : -1).ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(Lie == Lie.Expired ? -10 : 20).ToUnixTimeSeconds(),
        };
        if (Lie != Lie.NoSubject)
        {
            claims["sub"] = Person.Subject;
        }

        if (Lie != Lie.NoNonce)
        {
            claims["nonce"] = Lie == Lie.WrongNonce ? "another" : nonce;
        }

        if (Lie == Lie.OtherParty)
        {
            claims["azp"] = "another";
        }

        if (!SlimTokens && Lie != Lie.UserInfoOfSomebodyElse)
        {
            (claims["email_verified"], claims["name"]) = (Person.EmailVerified, Person.Name ?? "");
            if (Person.Email is not null)
            {
                claims["email"] = Person.Email;
            }
        }

        return Sign(JsonSerializer.Serialize(claims));
    }

    private string Sign(string payload)
    {
        var handler = new JsonWebTokenHandler();
        return Lie switch
        {
            Lie.NoSignature => handler.CreateToken(payload),
            Lie.BadSignature => handler.CreateToken(payload, new SigningCredentials(NewKey(_key.KeyId), SecurityAlgorithms.RsaSha256)),
            Lie.SignedWithTheSecret => handler.CreateToken(
                payload, new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(ClientSecret)), SecurityAlgorithms.HmacSha256)),
            _ => handler.CreateToken(payload, new SigningCredentials(_key, SecurityAlgorithms.RsaSha256)),
        };
    }

    private static RsaSecurityKey NewKey(string id) => new(RSA.Create(2048)) { KeyId = id };

    private static RsaSecurityKey Public(RsaSecurityKey key) => new(key.Rsa.ExportParameters(includePrivateParameters: false)) { KeyId = key.KeyId };
}
