using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using OnePlatform.Identity.Tokens;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

/// <summary>Good tokens with one thing changed: of the platform itself, and of an OpenID Connect client.</summary>
public sealed class RefusingForgedTokens(IdentityHost identity) : IClassFixture<IdentityHost>
{
    public static TheoryData<string> Forgeries =>
    [
        "expired", "not yet valid", "without end", "other audience", "other issuer", "other type", "no type", "unsigned", "signature cut off", "HMAC with the public key",
        "HMAC with the public key as text", "other curve", "other key", "key in the header", "unknown key", "changed subject",
    ];

    [Fact]
    public async Task The_same_claims_signed_again_are_good()
    {
        var token = (await identity.SignUpAsync())["accessToken"]!.GetValue<string>();
        Assert.Equal(HttpStatusCode.OK, (await identity.ExchangeAsync("access_token", Forge(token, "nothing"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await identity.Host.ClientWith(Forge(token, "nothing")).GetAsync("/api/auth/session")).StatusCode);
        var (client, ofClient) = await ClientTokenAsync();
        Assert.Equal(HttpStatusCode.OK, (await identity.ExchangeAsync("access_token", Forge(ofClient, "nothing"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.UserInfoAsync(Forge(ofClient, "nothing"))).StatusCode);
    }

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_token_of_the_platform_with_one_thing_changed_is_refused(string forgery)
    {
        var forged = Forge((await identity.SignUpAsync())["accessToken"]!.GetValue<string>(), forgery);
        using var exchange = await identity.ExchangeAsync("access_token", forged);
        Assert.Equal(HttpStatusCode.Unauthorized, exchange.StatusCode);
        using var direct = await identity.Host.ClientWith(forged).GetAsync("/api/auth/session");
        Assert.Equal(HttpStatusCode.Unauthorized, direct.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_clients_token_with_one_thing_changed_is_refused(string forgery)
    {
        var (client, token) = await ClientTokenAsync();
        var forged = Forge(token, forgery);
        using var exchange = await identity.ExchangeAsync("access_token", forged);
        Assert.Equal(HttpStatusCode.Unauthorized, exchange.StatusCode);
        using var direct = await client.UserInfoAsync(forged);
        Assert.Equal(HttpStatusCode.Unauthorized, direct.StatusCode);
    }

    [Fact]
    public async Task One_kind_of_token_is_not_taken_for_another()
    {
        var client = await OidcClient.RegisterAsync(identity);
        var (browser, signedUp) = await OidcClient.PersonAsync(identity);
        var tokens = await client.TokensAsync(browser);
        foreach (var other in new[] { "id_token", "refresh_token" })
        {
            var token = tokens[other]!.GetValue<string>();
            Assert.Equal("invalid_token", await CodeAsync(await identity.ExchangeAsync("access_token", token)));
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.UserInfoAsync(token)).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await identity.Host.ClientWith(token).GetAsync("/api/auth/session")).StatusCode);
        }

        // A client's access token is for the gateway to exchange; no service takes it, nor does userinfo take the platform's.
        var access = tokens["access_token"]!.GetValue<string>();
        Assert.Equal(HttpStatusCode.Unauthorized, (await identity.Host.ClientWith(access).GetAsync("/api/auth/session")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.UserInfoAsync(signedUp["accessToken"]!.GetValue<string>())).StatusCode);
    }

    [Fact]
    public async Task What_a_token_is_exchanged_for_ends_no_later_than_the_token()
    {
        var signedUp = await identity.SignUpAsync();
        var soon = DateTimeOffset.UtcNow.AddSeconds(60);
        var token = Forge(signedUp["accessToken"]!.GetValue<string>(), "nothing", payload => payload["exp"] = soon.ToUnixTimeSeconds());
        var exchanged = await JsonAsync(await identity.ExchangeAsync("access_token", token));
        Assert.True(exchanged["expiresAt"]!.GetValue<DateTimeOffset>() <= soon);
        var (_, ofClient) = await ClientTokenAsync();
        var clients = Forge(ofClient, "nothing", payload => payload["exp"] = soon.ToUnixTimeSeconds());
        Assert.True((await JsonAsync(await identity.ExchangeAsync("access_token", clients)))["expiresAt"]!.GetValue<DateTimeOffset>() <= soon);
    }

    private async Task<(OidcClient Client, string Token)> ClientTokenAsync()
    {
        var client = await OidcClient.RegisterAsync(identity, "things:read");
        var (browser, _) = await OidcClient.PersonAsync(identity);
        return (client, (await client.TokensAsync(browser, "openid things:read"))["access_token"]!.GetValue<string>());
    }

    private string Forge(string token, string forgery, Action<JsonObject>? change = null)
    {
        var parts = token.Split('.');
        var (header, payload) = (Read(parts[0]), Read(parts[1]));
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var ring = identity.Host.Services.GetRequiredService<SigningKeyRing>();
        var key = ((ECDsaSecurityKey)ring.Current.Key).ECDsa;
        var publicKey = key.ExportSubjectPublicKeyInfo();
        Func<byte[], byte[]> sign = content => key.SignData(content, HashAlgorithmName.SHA256);
        change?.Invoke(payload);
        switch (forgery)
        {
            case "expired":
                (payload["iat"], payload["exp"]) = (now - 3600, now - 120);
                payload.Remove("nbf");
                break;
            case "not yet valid":
                payload["nbf"] = now + 600;
                break;
            case "without end":
                payload.Remove("exp");
                break;
            case "other audience":
                payload["aud"] = "https://elsewhere.example/";
                break;
            case "other issuer":
                payload["iss"] = "https://elsewhere.example/";
                break;
            case "other type":
                header["typ"] = "JWT";
                break;
            case "no type":
                header.Remove("typ");
                break;
            case "unsigned":
                (header["alg"], sign) = ("none", _ => []);
                break;
            case "signature cut off":
                sign = _ => [];
                break;
            case "HMAC with the public key":
                (header["alg"], sign) = ("HS256", content => HMACSHA256.HashData(publicKey, content));
                break;
            case "HMAC with the public key as text":
                (header["alg"], sign) = ("HS256", content => HMACSHA256.HashData(Encoding.UTF8.GetBytes(key.ExportSubjectPublicKeyInfoPem()), content));
                break;
            case "other curve":
                (header["alg"], sign) = ("ES384", content => ECDsa.Create(ECCurve.NamedCurves.nistP384).SignData(content, HashAlgorithmName.SHA384));
                break;
            case "other key":
                sign = content => ECDsa.Create(ECCurve.NamedCurves.nistP256).SignData(content, HashAlgorithmName.SHA256);
                break;
            case "key in the header":
                var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
                var point = own.ExportParameters(includePrivateParameters: false).Q;
                header["jwk"] = new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) };
                header.Remove("kid");
                sign = content => own.SignData(content, HashAlgorithmName.SHA256);
                break;
            case "unknown key":
                header["kid"] = "unknown";
                break;
            case "changed subject":
                return $"{parts[0]}.{Write(Changed(payload))}.{parts[2]}";
        }

        var content = $"{Write(header)}.{Write(payload)}";
        return $"{content}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(content)))}";
    }

    private static JsonObject Changed(JsonObject payload)
    {
        payload["sub"] = Guid.NewGuid().ToString();
        return payload;
    }

    private static JsonObject Read(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!.AsObject();

    private static string Write(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
