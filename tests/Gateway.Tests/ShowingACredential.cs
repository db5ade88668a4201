using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Gateway.Credentials;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Gateway.Tests;

public sealed class ShowingACredential(GatewayHost host) : IClassFixture<GatewayHost>
{
    [Fact]
    public async Task A_key_becomes_a_token_and_nothing_else_reaches_the_service()
    {
        var key = host.Platform.MakeKey();
        var echo = await GatewayHost.JsonAsync(await host.SendAsync(HttpMethod.Get, "/api/things", ("X-API-Key", key)));
        Assert.Equal($"Bearer jwt-of-{key[^6..]}", echo["headers"]!["authorization"]!.GetValue<string>());
        Assert.Null(echo["headers"]!["x-api-key"]);
    }

    [Fact]
    public async Task A_key_may_come_as_a_bearer_token_and_is_exchanged_once()
    {
        var key = host.Platform.MakeKey();
        var before = host.Platform.Exchanges;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            using var response = await host.SendAsync(HttpMethod.Get, "/api/things", ("Authorization", $"Bearer {key}"));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }));
        Assert.Equal(before + 1, host.Platform.Exchanges);
    }

    [Fact]
    public async Task A_session_cookie_is_exchanged_and_does_not_reach_the_service()
    {
        var cookie = Guid.NewGuid().ToString("N");
        host.Platform.Accept(cookie);
        var echo = await GatewayHost.JsonAsync(await host.SendAsync(HttpMethod.Get, "/api/things", ("Cookie", $"better-auth.session_token={cookie}")));
        Assert.Equal("Bearer jwt-of-a-person", echo["headers"]!["authorization"]!.GetValue<string>());
        Assert.Null(echo["headers"]!["cookie"]);
    }

    [Theory]
    [InlineData("X-API-Key", "Authorization")]
    [InlineData("X-API-Key", "Cookie")]
    [InlineData("Authorization", "Cookie")]
    public async Task Two_credentials_at_once_are_refused(string one, string other)
    {
        using var response = await host.SendAsync(HttpMethod.Get, "/api/things", Shown(one), Shown(other));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("ambiguous_credential", (await GatewayHost.JsonAsync(response))["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Without_a_credential_the_answer_says_how_to_show_one()
    {
        using var response = await host.SendAsync(HttpMethod.Get, "/api/things");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_mistyped_key_is_refused_without_asking_Identity()
    {
        var before = host.Platform.Exchanges;
        var key = StubPlatform.NewKey();
        using var response = await host.SendAsync(HttpMethod.Get, "/api/things", ("X-API-Key", key[..20] + (key[20] == 'a' ? 'b' : 'a') + key[21..]));
        Assert.Equal("key_malformed", (await GatewayHost.JsonAsync(response))["code"]!.GetValue<string>());
        Assert.Equal(before, host.Platform.Exchanges);
    }

    [Fact]
    public async Task An_unknown_key_is_refused_and_not_asked_about_twice()
    {
        var before = host.Platform.Exchanges;
        var key = StubPlatform.NewKey();
        for (var i = 0; i < 3; i++)
        {
            using var response = await host.SendAsync(HttpMethod.Get, "/api/things", ("X-API-Key", key));
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }

        Assert.Equal(before + 1, host.Platform.Exchanges);
    }

    [Fact]
    public void However_many_made_up_keys_come_the_memory_of_refusals_does_not_grow()
    {
        const int keys = 20_000;
        var refusals = new RefusalMemory(TimeProvider.System);
        var hashes = Enumerable.Range(0, keys).Select(i => CredentialHash.Of(new PresentedCredential(CredentialKind.ApiKey, $"key {i}"), "", "")).ToList();
        hashes.ForEach(hash => refusals.Keep(hash, new Refusal(401, "key_not_found", "")));
        Assert.InRange(hashes.Count(hash => refusals.Find(hash) is not null), 0, 4096);
    }

    [Fact]
    public async Task A_revoked_key_is_refused_as_soon_as_the_news_is_here()
    {
        var id = Guid.NewGuid();
        var key = host.Platform.MakeKey(id);
        using var before = await host.SendAsync(HttpMethod.Get, "/api/things", ("X-API-Key", key));
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        host.Platform.Refuse(key, 401, "key_revoked");
        await host.Gateway.Services.GetRequiredService<GrantEviction>().EvictAsync([id]);
        using var after = await host.SendAsync(HttpMethod.Get, "/api/things", ("X-API-Key", key));
        Assert.Equal("key_revoked", (await GatewayHost.JsonAsync(after))["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task News_wins_over_an_exchange_that_is_under_way()
    {
        await using var own = new Isolated();
        await own.Host.InitializeAsync();
        var id = Guid.NewGuid();
        var key = own.Host.Platform.MakeKey(id);
        var (asked, mayAnswer) = (new TaskCompletionSource(), new TaskCompletionSource());
        own.Host.Platform.BeforeAnswer = () =>
        {
            asked.TrySetResult();
            return mayAnswer.Task;
        };
        var answer = own.Host.SendAsync(HttpMethod.Get, "/api/things", ("X-API-Key", key));
        await asked.Task;
        own.Host.Platform.Refuse(key, 401, "key_revoked");
        await own.Host.Gateway.Services.GetRequiredService<GrantEviction>().EvictAsync([id]);
        mayAnswer.SetResult();
        using var response = await answer;
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_grant_in_Redis_serves_another_instance_and_cannot_be_read_without_the_credential()
    {
        var key = host.Platform.MakeKey();
        using var first = await host.SendAsync(HttpMethod.Get, "/api/things", ("X-API-Key", key));
        var before = host.Platform.Exchanges;
        var another = await host.AddGatewayAsync();
        using var measured = new Measured(another.Services.GetRequiredService<IMeterFactory>());
        using var client = another.CreateClient();
        for (var i = 0; i < 3; i++)
        {
            using var answer = await GatewayHost.SendAsync(client, HttpMethod.Get, "/api/things", ("X-API-Key", key));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal(before, host.Platform.Exchanges);
        Assert.Equal(1, measured["gateway.credentials.lookups redis"]);
        Assert.Equal(2, measured["gateway.credentials.lookups memory"]);
        Assert.Null(measured["gateway.credentials.lookups identity"]);
        using var unknown = await GatewayHost.SendAsync(client, HttpMethod.Get, "/api/things", ("X-API-Key", host.Platform.MakeKey()));
        Assert.Equal(1, measured["gateway.credentials.lookups identity"]);
    }

    private static (string, string) Shown(string header) => (header, header switch
    {
        "Cookie" => "better-auth.session_token=abc",
        "Authorization" => "Bearer abc",
        _ => StubPlatform.NewKey(),
    });

    private sealed class Isolated : IAsyncDisposable
    {
        public GatewayHost Host { get; } = new();

        public async ValueTask DisposeAsync() => await Host.DisposeAsync();
    }
}
