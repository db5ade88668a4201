using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using Microsoft.AspNetCore.Mvc.Testing;
using Xunit;

namespace OnePlatform.Identity.Tests;

/// <summary>A registered client, and what it sends to the server.</summary>
internal sealed record OidcClient(IdentityHost Identity, Guid Id, string ClientId, string? Secret)
{
    public const string RedirectUri = "https://app.example/callback";
    public const string Verifier = "a-verifier-of-forty-three-characters-at-least-0";
    public const string Issuer = "http://localhost:8080/";

    public static string ChallengeOf(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));

    /// <summary>The browser of a person who has just signed up.</summary>
    public static async Task<(HttpClient Browser, JsonObject SignedUp)> PersonAsync(IdentityHost identity, string? email = null)
    {
        var browser = identity.Host.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        using var response = await browser.PostAsJsonAsync(
            "/api/auth/signup", new { email = email ?? IdentityHost.NewEmail(), password = IdentityHost.Password, name = "Ada" });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (browser, await IdentityHost.JsonAsync(response));
    }

    public static async Task<HttpClient> PlatformOwnerAsync(IdentityHost identity)
    {
        var (_, signedIn) = await PlatformOwnersBrowserAsync(identity);
        return identity.Host.ClientWith(signedIn["accessToken"]!.GetValue<string>());
    }

    /// <summary>The browser of who runs the platform.</summary>
    public static async Task<(HttpClient Browser, JsonObject SignedIn)> PlatformOwnersBrowserAsync(IdentityHost identity)
    {
        const string Owner = "admin@oneplatform.local";
        await identity.Anonymous.PostAsJsonAsync("/api/auth/signup", new { email = Owner, password = IdentityHost.Password, name = "Owner" });
        var browser = identity.Host.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        using var response = await browser.PostAsJsonAsync("/api/auth/signin", new { email = Owner, password = IdentityHost.Password });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (browser, await IdentityHost.JsonAsync(response));
    }

    /// <summary>People are not asked for consent, which has tests of its own.</summary>
    public static Task<OidcClient> RegisterAsync(IdentityHost identity, params string[] scopes)
        => RegisterAsync(identity, new { name = "App", redirectUris = new[] { RedirectUri }, scopes, trusted = true });

    public static async Task<OidcClient> RegisterAsync(IdentityHost identity, object body)
    {
        using var owner = await PlatformOwnerAsync(identity);
        using var response = await owner.PostAsJsonAsync("/api/auth/oidc-clients", body);
        var client = await IdentityHost.JsonAsync(response);
        Assert.True(response.StatusCode == HttpStatusCode.Created, client.ToJsonString());
        return new OidcClient(identity, client["id"]!.GetValue<Guid>(), client["clientId"]!.GetValue<string>(), client["clientSecret"]?.GetValue<string>());
    }

    public Task<HttpResponseMessage> AuthorizeAsync(HttpClient browser, string scope = "openid offline_access", params (string Name, string? Value)[] otherwise)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["client_id"] = ClientId,
            ["redirect_uri"] = RedirectUri,
            ["response_type"] = "code",
            ["scope"] = scope,
            ["state"] = "s",
            ["code_challenge"] = ChallengeOf(Verifier),
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in otherwise)
        {
            parameters[name] = value;
        }

        return browser.GetAsync("/connect/authorize?" + string.Join('&', parameters.Where(p => p.Value is not null).Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value!)}")));
    }

    public async Task<string> CodeAsync(HttpClient browser, string scope = "openid offline_access")
    {
        using var response = await AuthorizeAsync(browser, scope);
        var location = response.Headers.Location ?? throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
        return HttpUtility.ParseQueryString(location.Query)["code"] ?? throw new InvalidOperationException(location.ToString());
    }

    /// <summary>The answer of the token endpoint to a code of this person.</summary>
    public async Task<JsonObject> TokensAsync(HttpClient browser, string scope = "openid offline_access")
    {
        using var response = await RedeemAsync(await CodeAsync(browser, scope));
        var tokens = await IdentityHost.JsonAsync(response);
        Assert.True(response.IsSuccessStatusCode, tokens.ToJsonString());
        return tokens;
    }

    public Task<HttpResponseMessage> RedeemAsync(string code, params (string Name, string? Value)[] otherwise)
        => PostAsync("token", [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", RedirectUri), ("code_verifier", Verifier), .. otherwise]);

    public Task<HttpResponseMessage> RefreshAsync(JsonObject tokens)
        => PostAsync("token", ("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"]!.GetValue<string>()));

    public async Task<JsonObject> IntrospectAsync(string token) => await IdentityHost.JsonAsync(await PostAsync("introspect", ("token", token)));

    public Task<HttpResponseMessage> PostAsync(string endpoint, params (string Name, string? Value)[] form)
    {
        var fields = new Dictionary<string, string>();
        foreach (var (name, value) in Credentials().Concat(form))
        {
            fields.Remove(name);
            if (value is not null)
            {
                fields[name] = value;
            }
        }

        return Identity.Anonymous.PostAsync($"/connect/{endpoint}", new FormUrlEncodedContent(fields));
    }

    public async Task<HttpResponseMessage> UserInfoAsync(string accessToken)
    {
        using var client = Identity.Host.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        return await client.GetAsync("/connect/userinfo");
    }

    /// <summary>The OAuth error of an answer, whether it is JSON or a redirect.</summary>
    public static async Task<string?> ErrorAsync(HttpResponseMessage response) => response.Headers.Location is { } location
        ? HttpUtility.ParseQueryString(location.Query)["error"]
        : (await IdentityHost.JsonAsync(response))["error"]?.GetValue<string>();

    private IEnumerable<(string Name, string? Value)> Credentials()
    {
        yield return ("client_id", ClientId);
        if (Secret is not null)
        {
            yield return ("client_secret", Secret);
        }
    }
}
