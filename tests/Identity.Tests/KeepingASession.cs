using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

public sealed class KeepingASession(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_refresh_token_is_good_for_one_new_pair()
    {
        var first = await identity.SignUpAsync();
        using var refreshed = await RefreshAsync(first);
        var second = await JsonAsync(refreshed);
        Assert.Equal(HttpStatusCode.OK, refreshed.StatusCode);
        Assert.NotEqual(RefreshTokenOf(first), RefreshTokenOf(second));
        using var again = await RefreshAsync(second);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task A_refresh_token_that_comes_back_ends_its_whole_family()
    {
        var first = await identity.SignUpAsync();
        var second = await JsonAsync(await RefreshAsync(first));
        using var reused = await RefreshAsync(first);
        Assert.Equal(HttpStatusCode.Unauthorized, reused.StatusCode);
        using var heir = await RefreshAsync(second);
        Assert.Equal(HttpStatusCode.Unauthorized, heir.StatusCode);
        using var exchange = await identity.ExchangeAsync("access_token", second["accessToken"]!.GetValue<string>());
        Assert.Equal("session_revoked", await CodeAsync(exchange));
        Assert.Equal(1, await identity.Database.ScalarAsync<long>(
            "select count(*) from outbox where type like '%SessionsRevoked%' and body like '%refresh_token_reused%' and body like '%' || $1 || '%'",
            first["session"]!["id"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Of_two_refreshes_at_once_at_most_one_succeeds()
    {
        var first = await identity.SignUpAsync();
        var answers = await Task.WhenAll(RefreshAsync(first), RefreshAsync(first), RefreshAsync(first));
        Assert.True(answers.Count(a => a.IsSuccessStatusCode) <= 1);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_for_good()
    {
        var answer = await identity.SignUpAsync();
        using var client = identity.Host.ClientWith(answer["accessToken"]!.GetValue<string>());
        using var signedOut = await client.PostAsync("/api/auth/signout", null);
        Assert.Equal(HttpStatusCode.NoContent, signedOut.StatusCode);
        using var session = await client.GetAsync("/api/auth/session");
        Assert.Equal("session_revoked", await CodeAsync(session));
        using var refreshed = await RefreshAsync(answer);
        Assert.Equal(HttpStatusCode.Unauthorized, refreshed.StatusCode);
    }

    [Fact]
    public async Task A_person_switches_only_to_groups_they_belong_to()
    {
        var (owner, person, _) = await identity.OwnerAsync();
        var other = await identity.AddGroupAsync([]);
        using var foreign = await owner.PostAsJsonAsync("/api/auth/switch-group", new { groupId = other });
        using var absent = await owner.PostAsJsonAsync("/api/auth/switch-group", new { groupId = Guid.NewGuid() });
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);

        await identity.AddMembershipAsync(other, person, "customer");
        using var switched = await owner.PostAsJsonAsync("/api/auth/switch-group", new { groupId = other });
        Assert.Equal("customer", (await JsonAsync(switched))["group"]!["role"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_group_that_demands_a_second_factor_refuses_one()
    {
        var (owner, person, _) = await identity.OwnerAsync();
        var strict = await identity.AddGroupAsync([], requireTwoFactor: true);
        await identity.AddMembershipAsync(strict, person, "group_owner");
        using var refused = await owner.PostAsJsonAsync("/api/auth/switch-group", new { groupId = strict });
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal("second_factor_required", await CodeAsync(refused));
    }

    private static string RefreshTokenOf(JsonObject answer) => answer["refreshToken"]!.GetValue<string>();

    private Task<HttpResponseMessage> RefreshAsync(JsonObject answer)
        => identity.Anonymous.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = RefreshTokenOf(answer) });
}
