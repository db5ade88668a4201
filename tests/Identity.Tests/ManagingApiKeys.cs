using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

public sealed class ManagingApiKeys(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_key_is_shown_once_and_by_its_first_characters_afterwards()
    {
        var (owner, _, _) = await identity.OwnerAsync();
        var made = await MakeAsync(owner, new { name = "CI" });
        var key = made["key"]!.GetValue<string>();
        Assert.Matches("^gsk_live_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$", key);
        Assert.Equal(key[..12], made["prefix"]!.GetValue<string>());
        Assert.DoesNotContain(made["scopes"]!.AsArray(), s => s!.GetValue<string>() is "api-keys:manage" or "*");

        var list = await JsonAsync(await owner.GetAsync("/api/api-keys"));
        Assert.DoesNotContain(key, list.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(made["id"]!.GetValue<Guid>(), list["results"]!.AsArray().Single()!["id"]!.GetValue<Guid>());
    }

    [Theory]
    [InlineData("""{"name":"x","scopes":["things:fly"]}""")]
    [InlineData("""{"name":"x","ipAllow":["10.0.0.0/99"]}""")]
    [InlineData("""{"name":"x","expiresAt":"2020-01-01T00:00:00Z"}""")]
    [InlineData("""{"name":"x","rateLimit":{"requests":0,"burst":1}}""")]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":" "}""")]
    [InlineData("""{"name":"one\nline too many"}""")]
    public async Task A_bad_key_is_refused(string body)
    {
        var (owner, _, _) = await identity.OwnerAsync();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await owner.PostAsync("/api/api-keys", content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Another_tenants_key_answers_like_no_key_at_all()
    {
        var (owner, _, _) = await identity.OwnerAsync();
        var (stranger, _, _) = await identity.OwnerAsync();
        var made = await MakeAsync(owner, new { name = "mine" });
        foreach (var id in new[] { made["id"]!.GetValue<Guid>(), Guid.NewGuid() })
        {
            using var read = await stranger.GetAsync($"/api/api-keys/{id}");
            using var changed = await stranger.PatchAsJsonAsync($"/api/api-keys/{id}", new { name = "theirs" });
            using var rotated = await stranger.PostAsJsonAsync($"/api/api-keys/{id}/rotate", new { });
            using var revoked = await stranger.DeleteAsync($"/api/api-keys/{id}");
            Assert.All([read, changed, rotated, revoked], r => Assert.Equal(HttpStatusCode.NotFound, r.StatusCode));
        }

        var verified = await JsonAsync(await stranger.PostAsJsonAsync("/api/api-keys/verify", new { key = made["key"]!.GetValue<string>() }));
        Assert.Equal("NOT_FOUND", verified["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_key_makes_only_narrower_keys_and_takes_them_with_it()
    {
        var (owner, _, _) = await identity.OwnerAsync();
        var maker = await MakeAsync(owner, new { name = "maker", scopes = new[] { "api-keys:manage", "things:read" } });
        using var asKey = await identity.AsKeyAsync(maker);
        using var wider = await asKey.PostAsJsonAsync("/api/api-keys", new { name = "wider", scopes = new[] { "things:write" } });
        Assert.Equal("wider_than_maker", await CodeAsync(wider));

        var child = await MakeAsync(asKey, new { name = "child", scopes = new[] { "things:read" } });
        using var revoked = await owner.DeleteAsync($"/api/api-keys/{maker["id"]}");
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        using var exchange = await identity.ExchangeAsync("api_key", child["key"]!.GetValue<string>());
        Assert.Equal("key_revoked", await CodeAsync(exchange));
    }

    [Fact]
    public async Task A_rotated_key_lives_on_for_its_grace()
    {
        var (owner, _, _) = await identity.OwnerAsync();
        var old = await MakeAsync(owner, new { name = "key" });
        var next = await JsonAsync(await owner.PostAsJsonAsync($"/api/api-keys/{old["id"]}/rotate", new { graceSeconds = 3600 }));
        using var withOld = await identity.ExchangeAsync("api_key", old["key"]!.GetValue<string>());
        using var withNext = await identity.ExchangeAsync("api_key", next["key"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.OK, withOld.StatusCode);
        Assert.Equal(HttpStatusCode.OK, withNext.StatusCode);

        using var twice = await owner.PostAsJsonAsync($"/api/api-keys/{old["id"]}/rotate", new { });
        Assert.Equal(HttpStatusCode.Conflict, twice.StatusCode);

        await owner.PostAsJsonAsync($"/api/api-keys/{next["id"]}/rotate", new { graceSeconds = 0 });
        using var ended = await identity.ExchangeAsync("api_key", next["key"]!.GetValue<string>());
        Assert.Equal("key_expired", await CodeAsync(ended));
    }

    [Fact]
    public async Task A_stale_change_is_refused_and_a_good_one_is_told_to_the_caches()
    {
        var (owner, _, _) = await identity.OwnerAsync();
        var made = await MakeAsync(owner, new { name = "before" });
        using var read = await owner.GetAsync($"/api/api-keys/{made["id"]}");
        var tag = read.Headers.ETag!.ToString();
        Assert.Equal(HttpStatusCode.OK, (await PatchAsync(tag, "after")).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await PatchAsync(tag, "too late")).StatusCode);
        Assert.Equal(1, await identity.Database.ScalarAsync<long>(
            "select count(*) from outbox where type like '%ApiKeysChanged%' and body like '%' || $1 || '%'", made["id"]!.GetValue<string>()));

        Task<HttpResponseMessage> PatchAsync(string ifMatch, string name)
        {
            var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/api-keys/{made["id"]}") { Content = JsonContent.Create(new { name }) };
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
            return owner.SendAsync(request);
        }
    }

    [Fact]
    public async Task A_customer_manages_no_keys()
    {
        var (_, _, group) = await identity.OwnerAsync();
        var email = NewEmail();
        var customer = (await identity.SignUpAsync(email))["user"]!["id"]!.GetValue<Guid>();
        await identity.AddMembershipAsync(group, customer, "customer");
        var token = (await JsonAsync(await identity.SignInAsync(email)))["accessToken"]!.GetValue<string>();
        using var response = await identity.Host.ClientWith(token).GetAsync("/api/api-keys");
        Assert.Equal("insufficient_role", await CodeAsync(response));
    }

    [Fact]
    public async Task With_the_last_owners_account_the_keys_of_a_group_end_and_where_another_owner_is_left_they_stay()
    {
        var (owner, person, _) = await identity.OwnerAsync();
        var alone = (await MakeAsync(owner, new { name = "nobody could end me" }))["key"]!.GetValue<string>();
        var shared = await identity.AddGroupAsync([]);
        await identity.AddMembershipAsync(shared, person, "group_owner");
        await identity.AddMembershipAsync(shared, (await identity.SignUpAsync())["user"]!["id"]!.GetValue<Guid>(), "group_owner");
        using var switched = await owner.PostAsJsonAsync("/api/auth/switch-group", new { groupId = shared });
        using var there = identity.Host.ClientWith((await JsonAsync(switched))["accessToken"]!.GetValue<string>());
        var common = (await MakeAsync(there, new { name = "somebody is left" }))["key"]!.GetValue<string>();
        using var deleted = await owner.DeleteAsync("/api/auth/me");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var ended = await identity.ExchangeAsync("api_key", alone);
        Assert.Equal("key_revoked", await CodeAsync(ended));
        using var lives = await identity.ExchangeAsync("api_key", common);
        Assert.Equal(HttpStatusCode.OK, lives.StatusCode);
    }

    internal static async Task<JsonObject> MakeAsync(HttpClient client, object request)
    {
        using var response = await client.PostAsJsonAsync("/api/api-keys", request);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return await JsonAsync(response);
    }
}

internal static class ActingAsKeys
{
    public static async Task<HttpClient> AsKeyAsync(this IdentityHost identity, JsonObject key)
    {
        using var response = await identity.ExchangeAsync("api_key", key["key"]!.GetValue<string>());
        return identity.Host.ClientWith((await JsonAsync(response))["accessToken"]!.GetValue<string>());
    }
}
