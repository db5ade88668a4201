using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

/// <summary>What the gateway gets for the access tokens of clients.</summary>
public sealed class UsingClientTokens(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_clients_token_acts_for_the_person_within_the_scopes_that_were_allowed()
    {
        var client = await OidcClient.RegisterAsync(identity, "things:read", "events:read");
        var (browser, person, group) = await MemberAsync();
        var token = (await client.TokensAsync(browser, "openid things:read"))["access_token"]!.GetValue<string>();
        var answer = await JsonAsync(await identity.ExchangeAsync("access_token", token, group));
        Assert.Equal(person, answer["personId"]!.GetValue<Guid>());
        Assert.Equal(group, answer["groupId"]!.GetValue<Guid>());
        Assert.Equal("things:read", answer["scopes"]!.AsArray().Single()!.GetValue<string>());
        Assert.Equal("group_user", answer["role"]!.GetValue<string>());
        var elsewhere = await identity.AddGroupAsync([]);
        Assert.Equal("group_not_found", await CodeAsync(await identity.ExchangeAsync("access_token", token, elsewhere)));
        var strict = await identity.AddGroupAsync([], requireTwoFactor: true);
        await identity.AddMembershipAsync(strict, person, "group_user");
        Assert.Equal("second_factor_required", await CodeAsync(await identity.ExchangeAsync("access_token", token, strict)));
    }

    [Fact]
    public async Task It_never_reaches_the_persons_sign_in_sessions_or_keys()
    {
        var client = await OidcClient.RegisterAsync(identity, "things:read");
        // With the highest role there is, so that only being no session keeps the client out.
        var (browser, _) = await OidcClient.PlatformOwnersBrowserAsync(identity);
        var other = (await identity.SignUpAsync())["user"]!["id"]!.GetValue<Guid>();
        var token = (await client.TokensAsync(browser, "openid things:read"))["access_token"]!.GetValue<string>();
        var exchanged = (await JsonAsync(await identity.ExchangeAsync("access_token", token)))["accessToken"]!.GetValue<string>();
        using var app = identity.Host.ClientWith(exchanged);
        (HttpMethod Method, string Path, object? Body)[] attempts =
        [
            (HttpMethod.Get, "/api/auth/session", null),
            (HttpMethod.Get, "/api/auth/sessions", null),
            (HttpMethod.Post, "/api/auth/sessions/revoke-others", null),
            (HttpMethod.Post, "/api/auth/change-password", new { currentPassword = Password, newPassword = "another-Ladder-98-river" }),
            (HttpMethod.Post, "/api/auth/change-email", new { newEmail = NewEmail(), password = Password }),
            (HttpMethod.Post, "/api/auth/2fa/enable", new { password = Password }),
            (HttpMethod.Post, "/api/auth/2fa/disable", new { password = Password }),
            (HttpMethod.Patch, "/api/auth/me", new { name = "Eve" }),
            (HttpMethod.Delete, "/api/auth/me", new { password = Password }),
            (HttpMethod.Post, "/api/auth/switch-group", new { groupId = Guid.NewGuid() }),
            (HttpMethod.Get, "/api/api-keys", null),
            (HttpMethod.Get, "/api/auth/oidc-clients", null),
            (HttpMethod.Put, $"/api/auth/users/{other}/lock", null),
            (HttpMethod.Delete, $"/api/auth/users/{other}/lock", null),
        ];
        foreach (var (method, path, body) in attempts)
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            using var response = await app.SendAsync(request);
            Assert.True(response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, $"{method} {path}: {response.StatusCode}");
        }
    }

    [Theory]
    [InlineData("access_token")]
    [InlineData("refresh_token")]
    public async Task A_token_given_back_ends_the_grant_at_the_gateway_too(string kind)
    {
        var client = await OidcClient.RegisterAsync(identity, "things:read");
        var (browser, _, _) = await MemberAsync();
        var tokens = await client.TokensAsync(browser);
        var access = tokens["access_token"]!.GetValue<string>();
        var session = (await JsonAsync(await identity.ExchangeAsync("access_token", access)))["sessionId"]!.GetValue<Guid>();
        using var revoked = await client.PostAsync("revoke", ("token", tokens[kind]!.GetValue<string>()));
        Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await identity.ExchangeAsync("access_token", access)).StatusCode);
        Assert.Equal("invalid_grant", await OidcClient.ErrorAsync(await client.RefreshAsync(tokens)));

        // The gateway drops what it holds of this session when it hears so.
        Assert.Equal(1, await RevocationsAsync(session));
    }

    [Fact]
    public async Task Each_client_is_a_session_in_the_persons_list_and_ends_with_it()
    {
        var client = await OidcClient.RegisterAsync(identity, "things:read");
        var (browser, _, _) = await MemberAsync();
        var tokens = await client.TokensAsync(browser);
        var access = tokens["access_token"]!.GetValue<string>();
        var listed = (await browser.GetFromJsonAsync<JsonObject>("/api/auth/sessions"))!["items"]!.AsArray().Single(s => !s!["current"]!.GetValue<bool>())!;
        Assert.Equal("App", listed["userAgent"]!.GetValue<string>());
        using var ended = await browser.DeleteAsync($"/api/auth/sessions/{listed["id"]}");
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.Equal("session_revoked", await CodeAsync(await identity.ExchangeAsync("access_token", access)));
        Assert.Equal("invalid_grant", await OidcClient.ErrorAsync(await client.RefreshAsync(tokens)));
        Assert.Equal(1, await RevocationsAsync(listed["id"]!.GetValue<Guid>()));
    }

    [Fact]
    public async Task A_client_acts_for_itself_in_its_own_group_until_it_is_removed()
    {
        var (_, _, group) = await identity.OwnerAsync();
        var client = await OidcClient.RegisterAsync(identity, new { name = "Importer", groupId = group, scopes = new[] { "things:write", "events:read" } });
        using var issued = await client.PostAsync("token", ("grant_type", "client_credentials"), ("scope", "things:write"));
        var token = (await JsonAsync(issued))["access_token"]!.GetValue<string>();
        var answer = await JsonAsync(await identity.ExchangeAsync("access_token", token));
        Assert.Equal(client.Id, answer["keyId"]!.GetValue<Guid>());
        Assert.Equal(group, answer["groupId"]!.GetValue<Guid>());
        Assert.Equal("things:write", answer["scopes"]!.AsArray().Single()!.GetValue<string>());
        Assert.Null(answer["sessionId"]);
        var below = await identity.AddGroupAsync([group]);
        Assert.Equal("group_not_found", await CodeAsync(await identity.ExchangeAsync("access_token", token, below)));
        Assert.Equal(HttpStatusCode.Forbidden, (await client.UserInfoAsync(token)).StatusCode);
        using var wider = await client.PostAsync("token", ("grant_type", "client_credentials"), ("scope", "things:delete"));
        Assert.Equal(HttpStatusCode.BadRequest, wider.StatusCode);

        using var another = await client.PostAsync("token", ("grant_type", "client_credentials"), ("scope", "things:write"));
        var second = (await JsonAsync(another))["access_token"]!.GetValue<string>();
        await client.PostAsync("revoke", ("token", token));
        Assert.Equal("invalid_token", await CodeAsync(await identity.ExchangeAsync("access_token", token)));
        Assert.Equal(HttpStatusCode.OK, (await identity.ExchangeAsync("access_token", second)).StatusCode);
        using var owner = await OidcClient.PlatformOwnerAsync(identity);
        using var removed = await owner.DeleteAsync($"/api/auth/oidc-clients/{client.Id}");
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Equal("invalid_token", await CodeAsync(await identity.ExchangeAsync("access_token", second)));
        Assert.Equal(3, await identity.Database.ScalarAsync<long>(
            "select count(*) from outbox where type like '%ApiKeysChanged%' and body like '%' || $1 || '%'", client.Id.ToString()));
    }

    [Fact]
    public async Task A_client_for_people_gets_nothing_for_itself()
    {
        var client = await OidcClient.RegisterAsync(identity, "things:read");
        using var response = await client.PostAsync("token", ("grant_type", "client_credentials"), ("scope", "things:read"));
        Assert.Equal("unauthorized_client", await OidcClient.ErrorAsync(response));
    }

    [Fact]
    public async Task An_api_key_becomes_a_token_with_no_more_than_was_asked()
    {
        var (owner, _, group) = await identity.OwnerAsync();
        var key = await ManagingApiKeys.MakeAsync(owner, new { name = "key", scopes = new[] { "things:*", "events:read" } });
        using var response = await ExchangeKeyAsync(key["key"]!.GetValue<string>(), ("scope", "things:read"));
        var answer = await JsonAsync(response);
        Assert.True(response.IsSuccessStatusCode, answer.ToJsonString());
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Equal("urn:ietf:params:oauth:token-type:access_token", answer["issued_token_type"]!.GetValue<string>());
        Assert.Equal("Bearer", answer["token_type"]!.GetValue<string>());
        Assert.InRange(answer["expires_in"]!.GetValue<int>(), 200, 300);
        var exchanged = await JsonAsync(await identity.ExchangeAsync("access_token", answer["access_token"]!.GetValue<string>()));
        Assert.Equal(group, exchanged["groupId"]!.GetValue<Guid>());
        Assert.Equal("things:read", exchanged["scopes"]!.AsArray().Single()!.GetValue<string>());
        await owner.DeleteAsync($"/api/api-keys/{key["id"]}");
        Assert.Equal("key_revoked", await CodeAsync(await identity.ExchangeAsync("access_token", answer["access_token"]!.GetValue<string>())));
        Assert.Equal("invalid_request", await OidcClient.ErrorAsync(await ExchangeKeyAsync(key["key"]!.GetValue<string>())));
    }

    [Theory]
    [InlineData("scope", "knowledge:read", "invalid_scope")]
    [InlineData("subject_token", "gsk_live_made_up", "invalid_request")]
    [InlineData("subject_token", "", "invalid_request")]
    [InlineData("subject_token_type", "urn:ietf:params:oauth:token-type:access_token", "invalid_request")]
    [InlineData("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token", "invalid_request")]
    [InlineData("audience", "https://elsewhere.example", "invalid_target")]
    public async Task A_key_is_exchanged_only_by_a_sound_request(string parameter, string value, string error)
    {
        var (owner, _, _) = await identity.OwnerAsync();
        var key = await ManagingApiKeys.MakeAsync(owner, new { name = "key", scopes = new[] { "things:read" } });
        using var response = await ExchangeKeyAsync(key["key"]!.GetValue<string>(), (parameter, value));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(error, await OidcClient.ErrorAsync(response));
    }

    private Task<HttpResponseMessage> ExchangeKeyAsync(string key, params (string Name, string Value)[] otherwise)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["subject_token"] = key,
            ["subject_token_type"] = "urn:oneplatform:token-type:api-key",
        };
        foreach (var (name, value) in otherwise)
        {
            form[name] = value;
        }

        return identity.Anonymous.PostAsync("/connect/token", new FormUrlEncodedContent(form));
    }

    private Task<long> RevocationsAsync(Guid session) => identity.Database.ScalarAsync<long>(
        "select count(*) from outbox where type like '%SessionsRevoked%' and body like '%' || $1 || '%'", session.ToString());

    private async Task<(HttpClient Browser, Guid Person, Guid Group)> MemberAsync()
    {
        var (browser, signedUp) = await OidcClient.PersonAsync(identity);
        var (person, group) = (signedUp["user"]!["id"]!.GetValue<Guid>(), await identity.AddGroupAsync([]));
        await identity.AddMembershipAsync(group, person, "group_user");
        return (browser, person, group);
    }
}
