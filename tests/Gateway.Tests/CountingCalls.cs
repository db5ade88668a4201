using System.Globalization;
using System.Net;
using OnePlatform.Testing;
using StackExchange.Redis;
using Xunit;

namespace OnePlatform.Gateway.Tests;

public sealed class CountingCalls(GatewayHost host) : IClassFixture<GatewayHost>
{
    [Fact]
    public async Task Calls_are_counted_per_key_and_day_over_all_gateways_without_a_write_per_call()
    {
        var (id, group) = (Guid.NewGuid(), Guid.NewGuid());
        var key = host.Platform.MakeKey(id, group);
        HttpClient[] clients = [host.Client, (await host.AddGatewayAsync()).CreateClient()];
        for (var i = 0; i < 25; i++)
        {
            using var response = await GatewayHost.SendAsync(clients[i % 2], HttpMethod.Get, "/api/things", ("X-API-Key", key));
        }

        await using var redis = await ConnectionMultiplexer.ConnectAsync(await TestServers.RedisAsync());
        long counted = 0;
        await Eventually.TrueAsync(
            async () => (counted = await CountedAsync(redis, $"{group:N}:{id:N}")) >= 25, otherwise: () => $"{counted} were counted.");
        Assert.Equal(25, counted);
    }

    [Fact]
    public async Task Two_gateways_together_let_through_the_calls_of_the_month_and_not_one_more()
    {
        const int quota = 40;
        var (group, client) = (Guid.NewGuid(), (await host.AddGatewayAsync()).CreateClient());
        string[] keys = [host.Platform.MakeKey(group: group, callsPerMonth: quota), host.Platform.MakeKey(group: group, callsPerMonth: quota)];
        var (accepted, refused) = (0, 0);
        await Parallel.ForAsync(0, 100, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            using var response = await GatewayHost.SendAsync(i % 2 == 0 ? host.Client : client, HttpMethod.Get, "/api/things", ("X-API-Key", keys[i / 2 % 2]));
            if (response.StatusCode == HttpStatusCode.OK)
            {
                Interlocked.Increment(ref accepted);
                return;
            }

            Interlocked.Increment(ref refused);
            var problem = await GatewayHost.JsonAsync(response);
            Assert.Equal((HttpStatusCode.Forbidden, "quota_exceeded"), (response.StatusCode, problem["code"]!.GetValue<string>()));
            Assert.Equal("monthly-calls", problem["violated-policies"]![0]!.GetValue<string>());
        });
        Assert.Equal((quota, 100 - quota), (accepted, refused));
    }

    [Fact]
    public async Task Far_from_the_quota_nobody_is_asked_and_nothing_is_lost()
    {
        var group = Guid.NewGuid();
        var key = host.Platform.MakeKey(group: group, callsPerMonth: 1_000_000);
        for (var i = 0; i < 20; i++)
        {
            using var response = await host.SendAsync(HttpMethod.Get, "/api/things", ("X-API-Key", key));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await using var redis = await ConnectionMultiplexer.ConnectAsync(await TestServers.RedisAsync());
        var month = string.Create(CultureInfo.InvariantCulture, $"gateway:calls:{TimeProvider.System.GetUtcNow():yyyyMM}");
        await Eventually.TrueAsync(async () => (long?)await redis.GetDatabase().HashGetAsync(month, group.ToString("N")) == 20);
    }

    // A test that runs over midnight counts on two days.
    private static async Task<long> CountedAsync(ConnectionMultiplexer redis, string field)
    {
        var now = TimeProvider.System.GetUtcNow();
        long sum = 0;
        foreach (var day in new[] { now.AddDays(-1), now })
        {
            sum += (long?)await redis.GetDatabase().HashGetAsync(string.Create(CultureInfo.InvariantCulture, $"gateway:usage:{day:yyyyMMdd}"), field) ?? 0;
        }

        return sum;
    }
}
