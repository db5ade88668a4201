using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Identity.Usage;
using OnePlatform.Testing;
using StackExchange.Redis;
using Xunit;

namespace OnePlatform.Identity.Tests;

public sealed class ReadingUsage(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task What_the_gateways_counted_is_written_down_once_however_often_it_is_read()
    {
        var (client, _, group) = await identity.OwnerAsync();
        var key = Guid.CreateVersion7();
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await TestServers.RedisAsync());
        await using var host = identity.StartAnother(("ConnectionStrings:redis", await TestServers.RedisAsync()));
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        RedisKey counted = KeepUsage.KeyOf(today);
        await redis.GetDatabase().HashSetAsync(counted, [new HashEntry($"{group:N}:{key:N}", 41), new HashEntry($"{group:N}:{Guid.Empty:N}", 2)]);
        var keeping = host.Services.GetRequiredService<KeepUsage>();
        await keeping.WriteAsync(CancellationToken.None);
        await keeping.WriteAsync(CancellationToken.None);
        await redis.GetDatabase().HashIncrementAsync(counted, $"{group:N}:{key:N}", 1);
        await keeping.WriteAsync(CancellationToken.None);

        var usage = (await client.GetFromJsonAsync<UsageResponse>(new Uri("/api/usage?metric=calls&period=7d", UriKind.Relative)))!;
        Assert.Equal((44, "calls", 7), (usage.Total, usage.Metric, usage.To.DayNumber - usage.From.DayNumber + 1));
        Assert.Equal([null, key], usage.Results.Select(entry => entry.KeyId));
        Assert.Equal(42, usage.Results[1].Count);

        var (stranger, _, _) = await identity.OwnerAsync();
        Assert.Empty((await stranger.GetFromJsonAsync<UsageResponse>(new Uri("/api/usage", UriKind.Relative)))!.Results);
    }

    [Theory]
    [InlineData("metric=smiles", "unknown_metric")]
    [InlineData("period=9999-12", "unknown_period")]
    [InlineData("period=-1d", "unknown_period")]
    [InlineData("period=2026-13", "unknown_period")]
    public async Task What_is_not_counted_is_said(string query, string code)
    {
        var (client, _, _) = await identity.OwnerAsync();
        using var response = await client.GetAsync(new Uri($"/api/usage?{query}", UriKind.Relative));
        Assert.Equal((HttpStatusCode.BadRequest, code), (response.StatusCode, await IdentityHost.CodeAsync(response)));
    }

    [Theory]
    [InlineData("2024-02", 29)]
    [InlineData("month", 30)]
    [InlineData("today", 1)]
    [InlineData("90d", 90)]
    public void A_period_has_its_days(string period, int days)
    {
        var read = UsagePeriod.Read(period, new DateOnly(2026, 11, 24))!.Value;
        Assert.Equal(days, read.To.DayNumber - read.From.DayNumber + 1);
    }
}
