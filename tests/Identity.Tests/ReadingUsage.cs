using System.Net;
using System.Net.Http.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.AppHost.Local;
using OnePlatform.Contracts;
using OnePlatform.Identity.Usage;
using OnePlatform.Testing;
using StackExchange.Redis;
using Xunit;

namespace OnePlatform.Identity.Tests;

public sealed class ReadingUsage(IdentityHost identity) : IClassFixture<IdentityHost>
{
    private static DateOnly Today => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    [Fact]
    public async Task What_the_gateways_counted_stands_there_once_however_often_it_is_told()
    {
        await using var servers = await LocalServers.StartAsync(postgres: false);
        await using var host = identity.StartAnother(("ConnectionStrings:redis", servers.Redis), ("ConnectionStrings:rabbitmq", servers.RabbitMQ));
        var (client, _, group) = await identity.OwnerAsync();
        var key = Guid.CreateVersion7();
        await using var redis = await ConnectionMultiplexer.ConnectAsync(servers.Redis);
        RedisKey counted = TellCalls.KeyOf(Today);
        await redis.GetDatabase().HashSetAsync(counted, [new HashEntry($"{group:N}:{key:N}", 41), new HashEntry($"{group:N}:{Guid.Empty:N}", 2)]);
        var telling = host.Services.GetRequiredService<TellCalls>();
        await telling.TellAsync(CancellationToken.None);
        await telling.TellAsync(CancellationToken.None);
        await redis.GetDatabase().HashIncrementAsync(counted, $"{group:N}:{key:N}", 1);

        var usage = await UsageAsync(client, "calls", read => read.Total == 44);
        Assert.Equal(("calls", 7), (usage.Metric, usage.To.DayNumber - usage.From.DayNumber + 1));
        Assert.Equal([null, key], usage.Results.Select(entry => entry.KeyId));
        Assert.Equal(42, usage.Results[1].Count);

        var (stranger, _, _) = await identity.OwnerAsync();
        Assert.Empty((await stranger.GetFromJsonAsync<UsageResponse>(new Uri("/api/usage", UriKind.Relative)))!.Results);
    }

    [Fact]
    public async Task Tokens_only_grow_and_of_storage_the_last_measurement_of_all_services_counts()
    {
        await using var servers = await LocalServers.StartAsync(postgres: false, redis: false);
        await using var host = identity.StartAnother(("ConnectionStrings:rabbitmq", servers.RabbitMQ));
        var (client, _, group) = await identity.OwnerAsync();
        var (key, now, bus) = (Guid.CreateVersion7(), TimeProvider.System.GetUtcNow(), host.Services.GetRequiredService<IBusControl>());
        await bus.WaitForHealthStatus(BusHealthStatus.Healthy, TimeSpan.FromSeconds(30));
        Task TellAsync(string source, DateTimeOffset at, params (string Metric, Guid? Key, long Amount)[] lines) => bus.Publish(new UsageMeasured(
            Guid.CreateVersion7(), at, source, [.. lines.Select(l => new UsageLine(group, l.Metric, Today, l.Key, l.Amount))]));

        await TellAsync("knowledge", now.AddSeconds(1), (UsageMetrics.Tokens, key, 70), (UsageMetrics.Storage, null, 1024));
        await UsageAsync(client, "storage", read => read.Total == 1024);

        // Said before, and heard after.
        await TellAsync("knowledge", now, (UsageMetrics.Tokens, key, 30), (UsageMetrics.Tokens, null, 5), (UsageMetrics.Storage, null, 9000));
        await TellAsync("ontology", now, (UsageMetrics.Storage, null, 2048));
        var tokens = await UsageAsync(client, "tokens", read => read.Results.Count == 2);
        Assert.Equal([(null, 5L), (key, 70L)], tokens.Results.Select(entry => (entry.KeyId, entry.Count)));
        var storage = await UsageAsync(client, "storage", read => read.Total > 1024);
        Assert.Equal([(null, 3072L)], storage.Results.Select(entry => (entry.KeyId, entry.Count)));

        // What lies there is not more for having lain there before.
        await bus.Publish(new UsageMeasured(Guid.CreateVersion7(), now, "ontology", [new UsageLine(group, UsageMetrics.Storage, Today.AddDays(-1), null, 500)]));
        Assert.Equal(3072, (await UsageAsync(client, "storage", read => read.Results.Count == 2)).Total);
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

    private static async Task<UsageResponse> UsageAsync(HttpClient client, string metric, Predicate<UsageResponse> isSo) => await Eventually.NotNullAsync(async () =>
    {
        var read = (await client.GetFromJsonAsync<UsageResponse>(new Uri($"/api/usage?metric={metric}&period=7d", UriKind.Relative)))!;
        return isSo(read) ? read : null;
    });

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
