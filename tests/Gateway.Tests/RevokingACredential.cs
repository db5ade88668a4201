using System.Diagnostics;
using System.Net;
using MassTransit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using OnePlatform.AppHost.Local;
using OnePlatform.Contracts;
using OnePlatform.Gateway.Credentials;
using OnePlatform.Gateway.Limits;
using OnePlatform.Identity.Contracts;
using OnePlatform.Ontology.Contracts;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Gateway.Tests;

[Trait("Proof", "P3")]
public sealed class RevokingACredential(GatewayHost host) : IClassFixture<GatewayHost>
{
    // So that the load is a use of the key and not a test of the machine.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task A_key_in_use_by_32_connections_ends_on_every_instance_within_a_second_of_the_news()
    {
        await using var servers = await LocalServers.StartAsync(postgres: false, redis: false);
        var instances = new[] { await host.AddGatewayAsync(broker: servers.RabbitMQ), await host.AddGatewayAsync(broker: servers.RabbitMQ) };
        var clients = instances.Select(instance => instance.CreateClient()).ToArray();
        foreach (var instance in instances)
        {
            await instance.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, TimeSpan.FromSeconds(60));
        }

        var id = Guid.NewGuid();
        var key = host.Platform.MakeKey(id);
        var watch = Stopwatch.StartNew();
        var (lastSuccess, slowest, refusals) = (0L, 0L, 0);
        using var end = new CancellationTokenSource();
        var users = Enumerable.Range(0, 32).Select(async i =>
        {
            while (!end.IsCancellationRequested)
            {
                var asked = watch.ElapsedMilliseconds;
                using var response = await GatewayHost.SendAsync(clients[i % 2], HttpMethod.Get, "/api/things", ("X-API-Key", key));
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    InterlockedMax(ref lastSuccess, asked);
                }
                else
                {
                    Interlocked.Increment(ref refusals);
                }

                InterlockedMax(ref slowest, watch.ElapsedMilliseconds - asked);
                await Task.Delay(s_pause);
            }
        }).ToArray();
        await Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref lastSuccess) > 200));

        host.Platform.Refuse(key, 401, "key_revoked");
        var revoked = watch.ElapsedMilliseconds;
        Volatile.Write(ref slowest, 0);
        await instances[0].Services.GetRequiredService<IBus>().Publish(new ApiKeysChanged(
            Guid.NewGuid(), TimeProvider.System.GetUtcNow(), EventOrigin.System, [], [id]));
        await Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref refusals) > 4 * 32));
        await end.CancelAsync();
        await Task.WhenAll(users);
        // On a machine that is busy with other work, every step of the news waits as long as the slowest of these requests did.
        Assert.InRange(lastSuccess - revoked, long.MinValue, 1000 + (4 * slowest));
    }

    [Fact]
    public async Task A_session_that_switched_its_group_acts_as_the_answer_said_and_on_other_instances_soon()
    {
        await using var servers = await LocalServers.StartAsync(postgres: false, redis: false);
        var (here, there) = (await host.AddGatewayAsync(broker: servers.RabbitMQ), await host.AddGatewayAsync(broker: servers.RabbitMQ));
        var (client, other) = (here.CreateClient(), there.CreateClient());
        foreach (var instance in new[] { here, there })
        {
            await instance.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Eventually.Deadline);
        }

        var (cookie, session) = (Guid.NewGuid().ToString("N"), Guid.NewGuid());
        host.Platform.Accept(cookie, session);
        host.Platform.Answer("/api/auth/switch-group", context =>
        {
            ChangedSession.Tell(context.Response, session);
            return context.Response.WriteAsync("{}");
        });
        await ExchangesAsync(client);
        await ExchangesAsync(other);
        Assert.Equal((0, 0), (await ExchangesAsync(client), await ExchangesAsync(other)));

        using var switched = await GatewayHost.SendAsync(client, HttpMethod.Post, "/api/auth/switch-group", ("Cookie", $"better-auth.session_token={cookie}"));
        Assert.Equal(HttpStatusCode.OK, switched.StatusCode);
        Assert.False(switched.Headers.Contains(ChangedSession.Header));
        Assert.Equal((1, 0), (await ExchangesAsync(client), await ExchangesAsync(other)));

        await here.Services.GetRequiredService<IBus>().Publish(new SessionSwitched(Guid.NewGuid(), TimeProvider.System.GetUtcNow(), session));
        await Eventually.TrueAsync(async () => await ExchangesAsync(other) == 1);

        async Task<int> ExchangesAsync(HttpClient of)
        {
            var before = host.Platform.Exchanges;
            using var used = await GatewayHost.SendAsync(of, HttpMethod.Get, "/api/things", ("Cookie", $"better-auth.session_token={cookie}"));
            Assert.Equal(HttpStatusCode.OK, used.StatusCode);
            return host.Platform.Exchanges - before;
        }
    }

    [Fact]
    public async Task What_identity_answers_anew_about_a_person_or_a_group_is_asked_anew()
    {
        await using var servers = await LocalServers.StartAsync(postgres: false, redis: false);
        var gateway = await host.AddGatewayAsync(broker: servers.RabbitMQ);
        using var client = gateway.CreateClient();
        await gateway.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Eventually.Deadline);
        var (subject, group) = (Guid.NewGuid(), Guid.NewGuid());
        var key = host.Platform.MakeKey(subject, group);
        await ExchangesAsync();
        foreach (var (people, groups) in new (Guid[], Guid[])[] { ([subject], []), ([], [group]) })
        {
            Assert.Equal(0, await ExchangesAsync());
            await gateway.Services.GetRequiredService<IBus>().Publish(
                new StandingsChanged(Guid.CreateVersion7(), TimeProvider.System.GetUtcNow(), people, groups));
            await Eventually.TrueAsync(async () => await ExchangesAsync() == 1);
        }

        async Task<int> ExchangesAsync()
        {
            var before = host.Platform.Exchanges;
            using var used = await GatewayHost.SendAsync(client, HttpMethod.Get, "/api/things", ("X-API-Key", key));
            Assert.Equal(HttpStatusCode.OK, used.StatusCode);
            return host.Platform.Exchanges - before;
        }
    }

    [Fact]
    public void Without_the_broker_a_grant_ends_within_sixty_seconds()
    {
        var clock = new FakeTimeProvider();
        var evictions = new Evictions(clock);
        var grants = new GrantMemory(evictions, new BrokerWatch(evictions), clock);
        var hash = CredentialHash.Of(new PresentedCredential(CredentialKind.ApiKey, "a"), "", "");
        grants.Keep(hash, new Grant(new ExchangeAnswer("jwt", clock.GetUtcNow().AddMinutes(5), Guid.NewGuid()), clock.GetUtcNow(), new LimitOptions(), clock), 0);
        clock.Advance(TimeSpan.FromSeconds(49));
        Assert.NotNull(grants.Find(hash));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(grants.Find(hash));
    }

    [Fact]
    public async Task With_the_broker_stopped_a_revoked_key_ends_within_sixty_seconds()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var servers = await LocalServers.StartAsync(postgres: false, redis: false);
        await using var stopping = servers;
        var gateway = await host.AddGatewayAsync(broker: servers.RabbitMQ, clock: clock);
        var (client, broker) = (gateway.CreateClient(), gateway.Services.GetRequiredService<BrokerWatch>());
        // Every queue, not the first: each that gets ready evicts what was cached before.
        await gateway.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Eventually.Deadline);
        var key = host.Platform.MakeKey();
        async Task<HttpStatusCode> UseAsync()
        {
            using var response = await GatewayHost.SendAsync(client, HttpMethod.Get, "/api/things", ("X-API-Key", key));
            return response.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await UseAsync());
        await servers.DisposeAsync();
        await Eventually.TrueAsync(() => Task.FromResult(!broker.IsListening));
        host.Platform.Refuse(key, 401, "key_revoked");
        Assert.Equal(HttpStatusCode.OK, await UseAsync());
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(HttpStatusCode.Unauthorized, await UseAsync());
    }

    [Fact]
    public async Task With_Identity_away_a_sessions_access_token_is_worth_what_it_says_until_its_session_ends()
    {
        await using var tokens = await TestTokens.StartAsync();
        using var keys = new HttpClient();
        var published = await keys.GetStringAsync(new Uri($"{tokens.Address}/.well-known/jwks"));
        host.Platform.Answer("/.well-known/jwks", context => context.Response.WriteAsync(published));
        var token = tokens.ForPerson(Guid.NewGuid(), Guid.NewGuid());
        var session = new JsonWebTokenHandler().ReadJsonWebToken(token).GetClaim("sid").Value;
        host.Platform.Refuse(token, 503, "service_unavailable");
        host.Platform.Refuse("a.b.c", 503, "service_unavailable");
        var ofKey = tokens.ForKey(Guid.NewGuid(), Guid.NewGuid(), "*");
        host.Platform.Refuse(ofKey, 503, "service_unavailable");

        var echo = await GatewayHost.JsonAsync(await host.SendAsync(HttpMethod.Get, "/api/things", ("Authorization", $"Bearer {token}")));
        using var forged = await host.SendAsync(HttpMethod.Get, "/api/things", ("Authorization", "Bearer a.b.c"));
        Assert.Equal($"Bearer {token}", echo["headers"]!["authorization"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, forged.StatusCode);

        // Whether its key was revoked, or is used where it may be, is in no token.
        using var key = await host.SendAsync(HttpMethod.Get, "/api/things", ("Authorization", $"Bearer {ofKey}"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, key.StatusCode);

        await host.Gateway.Services.GetRequiredService<DeniedSessions>().AddAsync([Guid.Parse(session)], TimeProvider.System.GetUtcNow().AddMinutes(15));
        await host.Gateway.Services.GetRequiredService<GrantEviction>().EvictAsync([Guid.Parse(session)]);
        using var ended = await host.SendAsync(HttpMethod.Get, "/api/things", ("Authorization", $"Bearer {token}"));
        using var elsewhere = await GatewayHost.SendAsync(
            (await host.AddGatewayAsync()).CreateClient(), HttpMethod.Get, "/api/things", ("Authorization", $"Bearer {token}"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable), (ended.StatusCode, elsewhere.StatusCode));
    }

    [Fact]
    public async Task An_origin_that_a_group_allows_may_preflight_and_may_not_when_the_group_takes_it_back()
    {
        var gateway = await host.AddGatewayAsync();
        var origins = gateway.Services.GetRequiredService<Cors.GroupOrigins>();
        var group = new GroupSnapshot(
            Guid.NewGuid(), null, [], "shop", "Shop", "organization", "active", "free", false,
            new GroupSecurity(false, false), new GroupLimits(null, null, null, null, null), ["https://shop.example"], 1);
        await origins.KeepAsync([group]);
        Assert.Equal("https://shop.example", await PreflightAsync(gateway.CreateClient()));
        await origins.KeepAsync([group with { CorsOrigins = [] }]);
        Assert.Null(await PreflightAsync(gateway.CreateClient()));
    }

    private static async Task<string?> PreflightAsync(HttpClient client)
    {
        using var response = await GatewayHost.SendAsync(
            client, HttpMethod.Options, "/api/things", ("Origin", "https://shop.example"), ("Access-Control-Request-Method", "GET"));
        return response.Headers.TryGetValues("Access-Control-Allow-Origin", out var origin) ? origin.Single() : null;
    }

    private static void InterlockedMax(ref long place, long value)
    {
        long seen;
        while ((seen = Volatile.Read(ref place)) < value && Interlocked.CompareExchange(ref place, value, seen) != seen)
        {
        }
    }
}
