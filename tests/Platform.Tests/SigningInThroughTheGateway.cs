using System.Net;
using System.Text.Json.Nodes;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests;

/// <summary>Every operation of accounts, sessions, keys and clients as people and programs meet it: through the gateway, with its mails.</summary>
[Collection(RunningPlatform.Name)]
public sealed class SigningInThroughTheGateway(PlatformFixture platform) : IAsyncLifetime
{
    private const string Password = "plum-Ladder-97-river";
    private const string Renewed = "pear-Stairs-31-brook";

    // A page in a browser comes before these; the tests of Identity have them.
    private static readonly string[] s_elsewhere =
    [
        "POST /connect/authorize", "GET /connect/userinfo", "POST /connect/userinfo", "POST /connect/logout",
    ];

    private readonly string _email = $"ada-{Guid.NewGuid():N}@example.com";
    private readonly HttpClient _person = platform.Anonymous();
    private readonly HttpClient _anybody = platform.Anonymous();
    private ApiWalk _walk = null!;

    public async Task InitializeAsync() => _walk = await ApiWalk.BeginAsync(platform);

    public Task DisposeAsync()
    {
        _person.Dispose();
        _anybody.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Every_operation_works()
    {
        var signedUp = await PostAsync(_anybody, "/api/auth/signup", new { email = _email, password = Password, name = "Ada" });
        await PostAsync(_anybody, "/api/auth/verify-email", new { token = (await MailAsync("Confirm your e-mail")).Token });
        await KeepASessionAsync((Guid)signedUp["group"]!["id"]!);
        await FollowMailsAsync();
        await UseASecondFactorAsync();
        await UseKeysAsync();
        await AdministerAsync((Guid)signedUp["user"]!["id"]!);
        await UseClientsAsync();
        await SignInAsync(Renewed);
        await PatchAsync("/api/auth/me", new { name = "Ada L." });
        await UseAProviderAsync();
        await PostAsync(_person, "/api/auth/signout");
        await SignInAsync(Renewed);
        await CallAsync("DELETE", "/api/auth/me");

        Assert.Equal(s_elsewhere.Order(), _walk.NotCalled("Authentication", "Second factor", "Profile", "API keys", "Usage", "OpenID Connect").Order());
    }

    private async Task KeepASessionAsync(Guid group)
    {
        var session = await SignInAsync(Password);
        Bear(await PostAsync(_anybody, "/api/auth/refresh", new { refreshToken = (string?)session["refreshToken"] }));
        await CallAsync("GET", "/api/auth/session");
        await PostAsync(_anybody, "/api/auth/signin", new { email = _email, password = Password });
        var other = (await CallAsync("GET", "/api/auth/sessions"))["items"]!.AsArray().First(s => !(bool)s!["current"]!)!;
        await CallAsync("DELETE", "/api/auth/sessions/{id}", null, other["id"]);
        await PostAsync(_person, "/api/auth/sessions/revoke-others");
        Bear(await PostAsync(_person, "/api/auth/switch-group", new { groupId = group }));
    }

    private async Task FollowMailsAsync()
    {
        await PostAsync(_anybody, "/api/auth/verify-email/resend", new { email = _email });
        await PostAsync(_anybody, "/api/auth/magic-link", new { email = _email });
        Bear(await PostAsync(_anybody, "/api/auth/magic-link/verify", new { token = (await MailAsync("sign-in link")).Token }));
        await PostAsync(_anybody, "/api/auth/forgot-password", new { email = _email });
        await PostAsync(_anybody, "/api/auth/reset-password", new { token = (await MailAsync("Set a new password")).Token, password = "oak-Window-55-cloud" });
        await SignInAsync("oak-Window-55-cloud");
        await PostAsync(_person, "/api/auth/change-password", new { currentPassword = "oak-Window-55-cloud", newPassword = Renewed });
        await PostAsync(_person, "/api/auth/change-email", new { newEmail = $"new-{_email}" });
    }

    private async Task UseASecondFactorAsync()
    {
        var secret = (string)(await PostAsync(_person, "/api/auth/2fa/enable", new { password = Renewed }))["secret"]!;
        var enrolled = await PostAsync(_person, "/api/auth/2fa/verify", new { code = Totp.CodeOf(secret, TimeProvider.System.GetUtcNow()) });
        await PostAsync(_person, "/api/auth/2fa/recovery-codes", new { password = Renewed });
        var codes = (await PostAsync(_person, "/api/auth/2fa/recovery-codes", new { password = Renewed }))["recoveryCodes"]!.AsArray();
        Assert.NotEqual((string?)enrolled["recoveryCodes"]![0], (string?)codes[0]);
        var challenged = await PostAsync(_anybody, "/api/auth/signin", new { email = _email, password = Renewed });
        Bear(await PostAsync(_anybody, "/api/auth/2fa/recover", new { challenge = (string?)challenged["challenge"], recoveryCode = (string?)codes[0] }));
        await PostAsync(_person, "/api/auth/2fa/disable", new { password = Renewed });
    }

    private async Task UseKeysAsync()
    {
        var key = await PostAsync(_person, "/api/api-keys", new { name = "walk", scopes = new[] { "things:read", "things:write" } });
        await CallAsync("GET", "/api/api-keys");
        await CallAsync("GET", "/api/api-keys/{id}", null, key["id"]);
        await PatchAsync("/api/api-keys/{id}", new { scopes = new[] { "things:read" } }, key["id"]);
        var next = await PostAsync(_person, "/api/api-keys/{id}/rotate", new { graceSeconds = 60 }, key["id"]);
        Assert.True((bool)(await PostAsync(_anybody, "/api/api-keys/verify", new { key = (string?)next["key"] }))["valid"]!);
        await PostAsync(_anybody, "/connect/token", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["subject_token_type"] = "urn:oneplatform:token-type:api-key",
            ["subject_token"] = (string)next["key"]!,
        }));
        await CallAsync("GET", "/api/usage");
        await CallAsync("DELETE", "/api/api-keys/{id}", null, next["id"]);
    }

    private async Task UseAProviderAsync()
    {
        var email = $"grace-{Guid.NewGuid():N}@example.com";
        platform.Provider.Person = new FakePerson($"{Random.Shared.NextInt64(1, long.MaxValue)}", email, Name: "Grace");
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = platform.Platform.BaseAddress };
        var page = await _walk.CallAsync(browser, "GET", "/api/auth/oauth/{provider}", null, "fake");
        var session = await _walk.CallAsync(browser, "GET", await AgreeAsync((string)page!), null, "fake");
        Assert.Equal(email, (string?)session["user"]!["email"]);

        platform.Provider.Person = new FakePerson($"{Random.Shared.NextInt64(1, long.MaxValue)}", _email);
        var link = await PostAsync(_person, "/api/auth/accounts/{provider}", new { password = Renewed }, "fake");
        await CallAsync("GET", await AgreeAsync((string)link["url"]!), null, "fake");
        var accounts = await CallAsync("GET", "/api/auth/accounts");
        Assert.Contains("\"fake\"", accounts.ToJsonString(), StringComparison.Ordinal);
        await CallAsync("DELETE", "/api/auth/accounts/{provider}", new { password = Renewed }, "fake");
    }

    /// <summary>What a person does at the provider's page.</summary>
    /// <returns>Where it leads back to.</returns>
    private static async Task<string> AgreeAsync(string page)
    {
        using var outside = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var agreed = await outside.GetAsync(new Uri(page));
        return $"/api/auth/oauth/{{provider}}/callback{agreed.Headers.Location!.Query}";
    }

    private async Task AdministerAsync(Guid person)
    {
        using var admin = platform.Anonymous();
        var session = await PostAsync(admin, "/api/auth/signin", new { email = "admin@oneplatform.local", password = (string?)platform.Demo["password"] });
        admin.DefaultRequestHeaders.Authorization = new("Bearer", (string)session["accessToken"]!);
        await _walk.CallAsync(admin, "PUT", "/api/auth/users/{id}/lock", null, person);
        using var refused = await _person.GetAsync(new Uri("/api/auth/session", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        await _walk.CallAsync(admin, "DELETE", "/api/auth/users/{id}/lock", null, person);
    }

    private async Task UseClientsAsync()
    {
        using var admin = platform.Anonymous();
        var session = await PostAsync(admin, "/api/auth/signin", new { email = "admin@oneplatform.local", password = (string?)platform.Demo["password"] });
        admin.DefaultRequestHeaders.Authorization = new("Bearer", (string)session["accessToken"]!);
        await _walk.CallAsync(_anybody, "GET", "/.well-known/openid-configuration");
        await _walk.CallAsync(_anybody, "GET", "/.well-known/jwks");
        var client = await PostAsync(admin, "/api/auth/oidc-clients", new { name = "Shop", redirectUris = new[] { "https://shop.example/callback" }, scopes = new[] { "things:read" } });
        await _walk.CallAsync(admin, "GET", "/api/auth/oidc-clients");
        await _walk.CallAsync(admin, "GET", "/api/auth/oidc-clients/{id}", null, client["id"]);
        await _walk.CallAsync(admin, "PATCH", "/api/auth/oidc-clients/{id}", new { name = "The shop" }, client["id"]);
        var renewed = await PostAsync(admin, "/api/auth/oidc-clients/{id}/renew-secret", null, client["id"]);
        var shown = new Dictionary<string, string> { ["token"] = "made-up", ["client_id"] = (string)client["clientId"]!, ["client_secret"] = (string)renewed["clientSecret"]! };
        Assert.False((bool)(await PostAsync(_anybody, "/connect/introspect", new FormUrlEncodedContent(shown)))["active"]!);
        await PostAsync(_anybody, "/connect/revoke", new FormUrlEncodedContent(shown));
        await _walk.CallAsync(_anybody, "GET", "/connect/logout");
        await _walk.CallAsync(
            _anybody, "GET", $"/connect/authorize?response_type=code&client_id={client["clientId"]}&redirect_uri=https%3A%2F%2Fshop.example%2Fcallback&scope=openid"
            + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&state=x");
        await _walk.CallAsync(admin, "DELETE", "/api/auth/oidc-clients/{id}", null, client["id"]);
    }

    private async Task<JsonNode> SignInAsync(string password)
    {
        var session = await PostAsync(_anybody, "/api/auth/signin", new { email = _email, password });
        Bear(session);
        return session;
    }

    private void Bear(JsonNode session) => _person.DefaultRequestHeaders.Authorization = new("Bearer", (string)session["accessToken"]!);

    private Task<ReceivedMail> MailAsync(string subject) => ReceivedMail.NewestAsync(Path.Combine(platform.Platform.DataFolder, "mail"), _email, subject);

    private Task<JsonNode> CallAsync(string method, string template, object? body = null, params object?[] arguments)
        => _walk.CallAsync(_person, method, template, body, arguments);

    private Task<JsonNode> PostAsync(HttpClient client, string template, object? body = null, params object?[] arguments)
        => _walk.CallAsync(client, "POST", template, body, arguments);

    private Task<JsonNode> PatchAsync(string template, object body, params object?[] arguments) => _walk.CallAsync(_person, "PATCH", template, body, arguments);
}
