using System.Net;
using System.Text.Json.Nodes;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

public sealed class ExchangingCredentials(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_key_becomes_a_token_for_its_group_with_the_limits_on_the_way_up()
    {
        var root = await identity.AddGroupAsync([]);
        var (owner, person, group) = await identity.OwnerAsync(root);
        var key = await ManagingApiKeys.MakeAsync(owner, new { name = "key", scopes = new[] { "things:read" }, rateLimit = new { requests = 5, burst = 2 } });
        var answer = await JsonAsync(await identity.ExchangeAsync("api_key", key["key"]!.GetValue<string>()));
        Assert.Equal(key["id"]!.GetValue<string>(), answer["keyId"]!.GetValue<string>());
        Assert.Equal(person, answer["personId"]!.GetValue<Guid>());
        Assert.Equal(group, answer["groupId"]!.GetValue<Guid>());
        Assert.Equal([root, group], answer["groupPath"]!.AsArray().Select(g => g!.GetValue<Guid>()));
        Assert.Equal([group, root], answer["groups"]!.AsArray().Select(g => g!["id"]!.GetValue<Guid>()));
        Assert.Equal(600, answer["groups"]![0]!["requestsPerMinute"]!.GetValue<int>());
        Assert.Equal(5, answer["limit"]!["requests"]!.GetValue<int>());
        Assert.Equal("group_owner", answer["role"]!.GetValue<string>());
        Assert.Equal("things:read", answer["scopes"]!.AsArray().Single()!.GetValue<string>());
    }

    [Fact]
    public async Task A_key_with_a_typo_or_made_up_is_unknown()
    {
        var (owner, _, _) = await identity.OwnerAsync();
        var key = (await ManagingApiKeys.MakeAsync(owner, new { name = "key" }))["key"]!.GetValue<string>();
        var typo = key[..20] + (key[20] == 'a' ? 'b' : 'a') + key[21..];
        foreach (var wrong in new[] { typo, "gsk_live_x_y", "gsk_", "\0", key + "x" })
        {
            using var response = await identity.ExchangeAsync("api_key", wrong);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("key_not_found", await CodeAsync(response));
        }
    }

    [Fact]
    public async Task A_revoked_key_is_refused()
    {
        var (owner, _, _) = await identity.OwnerAsync();
        var key = await ManagingApiKeys.MakeAsync(owner, new { name = "key" });
        await owner.DeleteAsync($"/api/api-keys/{key["id"]}");
        using var response = await identity.ExchangeAsync("api_key", key["key"]!.GetValue<string>());
        Assert.Equal("key_revoked", await CodeAsync(response));
    }

    [Fact]
    public async Task A_key_is_good_only_from_its_networks()
    {
        var (owner, _, _) = await identity.OwnerAsync();
        var key = (await ManagingApiKeys.MakeAsync(owner, new { name = "key", ipAllow = new[] { "10.1.0.0/16", "2001:db8::/32" } }))["key"]!.GetValue<string>();
        Assert.Equal(HttpStatusCode.OK, (await identity.ExchangeAsync("api_key", key, clientIp: "10.1.2.3")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await identity.ExchangeAsync("api_key", key, clientIp: "2001:db8::1")).StatusCode);
        Assert.Equal("ip_not_allowed", await CodeAsync(await identity.ExchangeAsync("api_key", key, clientIp: "10.2.0.1")));
        Assert.Equal("ip_not_allowed", await CodeAsync(await identity.ExchangeAsync("api_key", key)));
    }

    [Theory]
    [InlineData(true, "active", HttpStatusCode.OK)]
    [InlineData(true, "archived", HttpStatusCode.NotFound)]
    [InlineData(false, "active", HttpStatusCode.NotFound)]
    public async Task Only_a_subtree_key_acts_below_its_group(bool subtree, string status, HttpStatusCode expected)
    {
        var (owner, _, group) = await identity.OwnerAsync();
        var below = await identity.AddGroupAsync([group], status);
        var key = (await ManagingApiKeys.MakeAsync(owner, new { name = "key", subtree }))["key"]!.GetValue<string>();
        Assert.Equal(expected, (await identity.ExchangeAsync("api_key", key, below)).StatusCode);
        var elsewhere = await identity.AddGroupAsync([]);
        Assert.Equal("group_not_found", await CodeAsync(await identity.ExchangeAsync("api_key", key, elsewhere)));
        Assert.Equal("group_not_found", await CodeAsync(await identity.ExchangeAsync("api_key", key, Guid.NewGuid())));
    }

    [Fact]
    public async Task A_role_counts_in_the_groups_below_it_and_nowhere_else()
    {
        var email = NewEmail();
        var person = (await identity.SignUpAsync(email))["user"]!["id"]!.GetValue<Guid>();
        var group = await identity.AddGroupAsync([]);
        var below = await identity.AddGroupAsync([group]);
        await identity.AddMembershipAsync(group, person, "group_user");
        var token = (await JsonAsync(await identity.SignInAsync(email)))["accessToken"]!.GetValue<string>();
        var answer = await JsonAsync(await identity.ExchangeAsync("access_token", token, below));
        Assert.Equal("group_user", answer["role"]!.GetValue<string>());
        Assert.Equal(below, answer["groupId"]!.GetValue<Guid>());
        Assert.Equal("group_not_found", await CodeAsync(await identity.ExchangeAsync("access_token", token, await identity.AddGroupAsync([]))));
    }

    [Fact]
    public async Task The_cookie_of_a_session_becomes_a_token()
    {
        var email = NewEmail();
        await identity.SignUpAsync(email);
        using var signedIn = await identity.SignInAsync(email);
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single().Split('=', ';')[1];
        var answer = await JsonAsync(await identity.ExchangeAsync("session_cookie", cookie));
        Assert.Equal((await JsonAsync(signedIn))["session"]!["id"]!.GetValue<string>(), answer["sessionId"]!.GetValue<string>());
        Assert.Equal("session_revoked", await CodeAsync(await identity.ExchangeAsync("session_cookie", cookie + "x")));
    }

    [Fact]
    public async Task A_forged_token_is_not_valid()
    {
        var token = (await identity.SignUpAsync())["accessToken"]!.GetValue<string>();
        var parts = token.Split('.');
        var none = $"{Encode("""{"alg":"none","typ":"at+jwt"}""")}.{parts[1]}.";
        foreach (var forged in new[] { none, token[..^4] + "AAAA", "x.y.z", "not a token" })
        {
            Assert.Equal("invalid_token", await CodeAsync(await identity.ExchangeAsync("access_token", forged)));
        }

        static string Encode(string json) => System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(json));
    }

    [Fact]
    public async Task A_platform_owner_reaches_every_group()
    {
        JsonObject answer;
        using (var signedIn = await identity.SignInAsync("admin@oneplatform.local"))
        {
            answer = signedIn.IsSuccessStatusCode ? await JsonAsync(signedIn) : await identity.SignUpAsync("admin@oneplatform.local");
        }

        var group = await identity.AddGroupAsync([]);
        var exchanged = await JsonAsync(await identity.ExchangeAsync("access_token", answer["accessToken"]!.GetValue<string>(), group));
        Assert.Equal("platform_owner", exchanged["role"]!.GetValue<string>());
    }
}
