using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OnePlatform.Gateway.Credentials;
using OnePlatform.Gateway.Limits;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;
using StackExchange.Redis;
using Xunit;

namespace OnePlatform.Gateway.Tests;

[Trait("Proof", "P5")]
public sealed class LimitingRequests(GatewayHost host) : IClassFixture<GatewayHost>
{
    [Fact]
    public async Task Two_gateways_together_accept_the_limit_and_at_most_its_burst_more()
    {
        const int requests = 10_000;
        const int limit = 500;
        const int burst = 100;
        var key = host.Platform.MakeKey(requests: limit, burst: burst);
        HttpClient[] clients = [host.Client, (await host.AddGatewayAsync()).CreateClient()];
        var accepted = 0;
        var refusals = new ConcurrentBag<string>();
        var watch = Stopwatch.StartNew();
        await Parallel.ForAsync(0, requests, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            using var response = await GatewayHost.SendAsync(clients[i % 2], HttpMethod.Get, "/api/things", ("X-API-Key", key));
            if (response.StatusCode == HttpStatusCode.OK)
            {
                Interlocked.Increment(ref accepted);
            }
            else
            {
                Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
                refusals.Add(await DescribeAsync(response));
            }
        });
        Assert.Equal(requests, accepted + refusals.Count);
        // Where the machine takes more than a minute for all of them, the next minutes bring their own.
        Assert.InRange(accepted, limit, (limit * (1 + (int)watch.Elapsed.TotalMinutes)) + burst);

        var file = Path.GetTempFileName();
        await File.WriteAllLinesAsync(file, refusals);
        var read = await NodeClients.RunAsync(["limit-headers.mjs", file]);
        Assert.Equal($"complete {refusals.Count}", read.Trim());
    }

    [Fact]
    public async Task Every_answer_tells_the_limits_and_what_is_left_of_them()
    {
        using var response = await host.SendAsync(HttpMethod.Get, "/api/things", ("X-API-Key", host.Platform.MakeKey(requests: 50, burst: 5)));
        Assert.Equal("\"key\";q=50;w=60, \"group\";q=1000000;w=60", response.Headers.GetValues("RateLimit-Policy").Single());
        Assert.StartsWith("\"key\";r=49;t=", response.Headers.GetValues("RateLimit").Single(), StringComparison.Ordinal);
        Assert.Equal("50", response.Headers.GetValues("X-RateLimit-Limit").Single());
        Assert.Equal("49", response.Headers.GetValues("X-RateLimit-Remaining").Single());
    }

    [Fact]
    public async Task A_refusal_names_the_violated_policy_and_when_to_come_back()
    {
        var key = host.Platform.MakeKey(requests: 1, burst: 0);
        using var first = await host.SendAsync(HttpMethod.Get, "/api/things", ("X-API-Key", key));
        using var second = await host.SendAsync(HttpMethod.Get, "/api/things", ("X-API-Key", key));
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        var problem = await GatewayHost.JsonAsync(second);
        Assert.Equal("https://iana.org/assignments/http-problem-types#quota-exceeded", problem["type"]!.GetValue<string>());
        Assert.Equal("rate_limited", problem["code"]!.GetValue<string>());
        Assert.Equal("key", problem["violated-policies"]![0]!.GetValue<string>());
        Assert.InRange(second.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 62);
    }

    [Fact]
    public async Task A_heavy_route_counts_for_more()
    {
        var key = host.Platform.MakeKey(requests: 100, burst: 0);
        using var response = await host.SendAsync(HttpMethod.Post, "/api/things/bulk", ("X-API-Key", key));
        Assert.Equal("80", response.Headers.GetValues("X-RateLimit-Remaining").Single());
    }

    [Fact]
    public async Task Without_a_credential_the_address_is_limited_and_errors_say_so_too()
    {
        using var response = await host.SendAsync(HttpMethod.Get, "/api/things");
        Assert.StartsWith("\"address\";q=", response.Headers.GetValues("RateLimit-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OPTIONS", "/api/things", 204, "Access-Control-Request-Method", "POST")]
    [InlineData("GET", "/", 302)]
    [InlineData("GET", "/docs/", 200)]
    [InlineData("GET", "/problems/no_such", 404)]
    [InlineData("GET", "/no/such/path", 401)]
    [InlineData("GET", "/api/things", 400, "Authorization", "Basic x", "X-API-Key", "gsk_x")]
    [InlineData("POST", "/api/things", 413, "Content-Length", "9000000")]
    [InlineData("POST", "/api/things", 415, "Content-Type", "application/json; charset=none")]
    public async Task Answers_that_no_service_gave_tell_the_limits_too(string method, string path, int status, params string[] headers)
    {
        var context = await host.Gateway.Server.SendAsync(asked =>
        {
            (asked.Request.Method, asked.Request.Path) = (method, path);
            asked.Request.Headers.Origin = "http://localhost:3000";
            foreach (var header in headers.Chunk(2))
            {
                asked.Request.Headers[header[0]] = header[1];
            }
        });
        Assert.Equal(status, context.Response.StatusCode);
        Assert.StartsWith("\"address\";q=", context.Response.Headers["RateLimit-Policy"].ToString(), StringComparison.Ordinal);
        Assert.StartsWith("\"address\";r=", context.Response.Headers["RateLimit"].ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(context.Response.Headers["X-RateLimit-Remaining"].ToString());
        Assert.NotEmpty(context.Response.Headers["X-Request-Id"].ToString());
    }

    [Fact]
    public async Task Two_gateways_together_accept_the_limit_of_an_address_and_at_most_its_burst_more()
    {
        const int requests = 600;
        const int limit = 100;
        const int burst = 20;
        (string, string)[] settings = [("Limits:Address:Requests", $"{limit}"), ("Limits:Address:Burst", $"{burst}"), ("Proxy:TrustedProxies:0", "127.0.0.0/8")];
        using var first = new HttpClient { BaseAddress = await host.AddListeningGatewayAsync(settings) };
        using var second = new HttpClient { BaseAddress = await host.AddListeningGatewayAsync(settings) };
        var accepted = 0;
        var watch = Stopwatch.StartNew();
        await Parallel.ForAsync(0, requests, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            using var response = await GatewayHost.SendAsync(i % 2 == 0 ? first : second, HttpMethod.Get, "/api/things", ("X-Forwarded-For", "203.0.113.77"));
            Assert.Contains(response.StatusCode, new[] { HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests });
            if (response.StatusCode == HttpStatusCode.Unauthorized)
            {
                Interlocked.Increment(ref accepted);
            }
        });
        Assert.InRange(accepted, limit, (limit * (1 + (int)watch.Elapsed.TotalMinutes)) + burst);
    }

    [Fact]
    public async Task Two_keys_of_different_groups_share_the_limit_of_the_ancestor()
    {
        var ancestor = (Guid.NewGuid(), 10);
        string[] keys = [host.Platform.MakeKey(ancestor: ancestor), host.Platform.MakeKey(ancestor: ancestor)];
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 14; i++)
        {
            using var response = await host.SendAsync(HttpMethod.Get, "/api/things", ("X-API-Key", keys[i % 2]));
            answers.Add(response.StatusCode);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                Assert.Equal("ancestor-1", (await GatewayHost.JsonAsync(response))["violated-policies"]![0]!.GetValue<string>());
            }
        }

        Assert.Equal(10, answers.Count(status => status == HttpStatusCode.OK));
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    public void Addresses_of_one_household_are_one_client(string one, string other, bool same)
        => Assert.Equal(same, ClientNetwork.Of(IPAddress.Parse(one)) == ClientNetwork.Of(IPAddress.Parse(other)));

    [Fact]
    public async Task What_was_leased_and_not_used_lapses_after_a_second_and_counts_as_spent()
    {
        var clock = new FakeTimeProvider();
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await TestServers.RedisAsync());
        var set = BucketSet.For(new ExchangeAnswer("jwt", default, Guid.NewGuid(), KeyId: Guid.NewGuid(), Limit: new StatedLimit(1000, 0)), new LimitOptions(), clock);
        var shared = new SharedBuckets(redis, clock);
        for (var i = 0; i < 3; i++)
        {
            // The first two find nothing leased and ask; what the last asks for is leased ahead.
            await shared.TakeAsync(set, 1);
        }

        Assert.True(SharedBuckets.TryTakeLeased(set, 1, out _));
        var before = await shared.TakeAsync(set, 1);
        clock.Advance(Lease.Lifetime);
        Assert.False(SharedBuckets.TryTakeLeased(set, 1, out _));
        var after = await shared.TakeAsync(set, 1);
        Assert.True(after.Remaining[0] < before.Remaining[0] - 1, $"{after.Remaining[0]} of {before.Remaining[0]}");
    }

    [Fact]
    public async Task With_Redis_away_limits_are_kept_in_memory()
    {
        var gateway = await host.AddGatewayAsync(redis: "127.0.0.1:9,connectTimeout=100");
        using var measured = new Measured(gateway.Services.GetRequiredService<IMeterFactory>());
        var client = gateway.CreateClient();
        var key = host.Platform.MakeKey(requests: 5, burst: 1);
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 20; i++)
        {
            using var response = await GatewayHost.SendAsync(client, HttpMethod.Get, "/api/things", ("X-API-Key", key));
            answers.Add(response.StatusCode);
        }

        // The minute may turn once while the test runs.
        Assert.InRange(answers.Count(status => status == HttpStatusCode.OK), 6, 12);
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        Assert.True(measured["gateway.limits.fallback"] >= answers.Count);
        Assert.Equal(answers.Count(status => status == HttpStatusCode.TooManyRequests), measured["gateway.limits.refused key"]);
    }

    private static async Task<string> DescribeAsync(HttpResponseMessage refusal)
    {
        var described = new JsonObject { ["violated"] = (await GatewayHost.JsonAsync(refusal))["violated-policies"]!.DeepClone() };
        foreach (var (name, values) in refusal.Headers)
        {
            described[name.ToLowerInvariant()] = string.Join(", ", values);
        }

        return described.ToJsonString();
    }
}
