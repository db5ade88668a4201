using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

[Trait("Proof", "P3")]
public sealed class SeeingOnesSessions(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task Each_sign_in_is_listed_with_its_browser_and_the_current_one_is_marked()
    {
        var (first, second, id) = await TwoSessionsAsync();
        var items = (await second.GetFromJsonAsync<JsonObject>("/api/auth/sessions"))!["items"]!.AsArray();
        Assert.Equal(2, items.Count);
        var current = Assert.Single(items, i => i!["current"]!.GetValue<bool>())!;
        Assert.Equal("test-browser/2", current["userAgent"]!.GetValue<string>());
        Assert.Contains(items, i => i!["id"]!.GetValue<Guid>() == id);
        using var ended = await first.GetAsync("/api/auth/session");
        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
    }

    [Fact]
    public async Task A_revoked_session_is_over_and_the_gateway_hears_of_it()
    {
        var (first, second, id) = await TwoSessionsAsync();
        using var revoked = await second.DeleteAsync($"/api/auth/sessions/{id}");
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        using var over = await first.GetAsync("/api/auth/session");
        Assert.Equal("session_revoked", await CodeAsync(over));
        Assert.Equal(1, await identity.Database.ScalarAsync<long>(
            "select count(*) from outbox where type like '%SessionsRevoked%' and body like '%' || $1 || '%'", id.ToString()));
        using var twice = await second.DeleteAsync($"/api/auth/sessions/{id}");
        Assert.Equal(HttpStatusCode.NotFound, twice.StatusCode);
    }

    [Fact]
    public async Task Another_persons_session_is_as_absent_as_none()
    {
        var (_, _, id) = await TwoSessionsAsync();
        var stranger = await identity.SignUpAsync();
        using var client = identity.Host.ClientWith(stranger["accessToken"]!.GetValue<string>());
        using var foreign = await client.DeleteAsync($"/api/auth/sessions/{id}");
        using var absent = await client.DeleteAsync($"/api/auth/sessions/{Guid.NewGuid()}");
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
    }

    [Fact]
    public async Task Every_session_but_this_one_can_be_ended_at_once()
    {
        var (first, second, _) = await TwoSessionsAsync();
        var answers = await Task.WhenAll(second.PostAsync("/api/auth/sessions/revoke-others", null), second.PostAsync("/api/auth/sessions/revoke-others", null));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.NoContent, a.StatusCode));
        using var over = await first.GetAsync("/api/auth/session");
        Assert.Equal(HttpStatusCode.Unauthorized, over.StatusCode);
        using var current = await second.GetAsync("/api/auth/session");
        Assert.Equal(HttpStatusCode.OK, current.StatusCode);
    }

    private async Task<(HttpClient First, HttpClient Second, Guid FirstId)> TwoSessionsAsync()
    {
        var email = NewEmail();
        var first = await identity.SignUpAsync(email);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/signin") { Content = JsonContent.Create(new { email, password = Password }) };
        request.Headers.UserAgent.ParseAdd("test-browser/2");
        using var response = await identity.Anonymous.SendAsync(request);
        var second = await JsonAsync(response);
        return (
            identity.Host.ClientWith(first["accessToken"]!.GetValue<string>()),
            identity.Host.ClientWith(second["accessToken"]!.GetValue<string>()),
            first["session"]!["id"]!.GetValue<Guid>());
    }
}
