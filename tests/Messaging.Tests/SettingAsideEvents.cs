using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Messaging.Tests;

[Collection(BrokerScenarios.Name)]
public sealed class SettingAsideEvents(BrokerFixture broker) : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private NotesHost _host = null!;

    public async Task InitializeAsync()
    {
        _database = await NotesHost.CreateDatabaseAsync();
        _host = await NotesHost.StartAsync(
            _database, broker.Address,
            settings:
            [
                ("Messaging:Outbox:MaxAttempts", "3"), ("Messaging:Outbox:Backoff", "00:00:00.010"),
                ("Messaging:Outbox:PollInterval", "00:00:00.050"), ("Messaging:Outbox:WatchInterval", "00:00:00.050"),
            ]);
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData("OnePlatform.Gone.Contracts.Forgotten, Gone", "{}")]
    [InlineData("System.String, System.Private.CoreLib", "\"text\"")]
    [InlineData("no type at all, , =", "{}")]
    [InlineData("OnePlatform.Messaging.Tests.NoteTaken, Messaging.Tests", "{\"eventId\":")]
    [InlineData("OnePlatform.Messaging.Tests.NoteTaken, Messaging.Tests", "{\"eventId\":\"not an id\"}")]
    public async Task An_event_that_cannot_be_published_is_set_aside_told_of_and_redriven_and_holds_up_no_other(string type, string body)
    {
        await StoreAsync(type, body);
        await _host.TakeNoteAsync();

        await Eventually.TrueAsync(async () => await _database.ScalarAsync<long>("select count(*) from outbox where failed_at is not null and attempts = 3") == 1);
        await Eventually.TrueAsync(async () => await _database.ScalarAsync<long>("select count(*) from outbox") == 1);
        Assert.NotNull(await _database.ScalarAsync<string>("select last_error from outbox"));
        await Eventually.TrueAsync(async () => await HealthAsync() == HealthStatus.Degraded);
        Assert.Equal(1, _host.Services.GetRequiredService<OutboxMetrics>().State.Failed);

        // Redriven in vain first, then with what was wrong put right.
        var outbox = _host.Services.GetRequiredService<Outbox>();
        Assert.Equal(1, await outbox.RedriveAsync(CancellationToken.None));
        await Eventually.TrueAsync(async () => await _database.ScalarAsync<long>("select count(*) from outbox where failed_at is not null and attempts = 3") == 1);
        await _database.ScalarAsync<int>(
            """update outbox set type = 'OnePlatform.Messaging.Tests.NoteTaken, Messaging.Tests', body = '{"eventId":"' || event_id || '"}'""");
        Assert.Equal(1, await outbox.RedriveAsync(CancellationToken.None));
        await Eventually.TrueAsync(async () => await _database.ScalarAsync<long>("select count(*) from outbox") == 0);
        await Eventually.TrueAsync(async () => await HealthAsync() == HealthStatus.Healthy);
        Assert.Equal(0, await outbox.RedriveAsync(CancellationToken.None));
    }

    private async Task<HealthStatus> HealthAsync()
        => (await _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(c => c.Name == "outbox")).Status;

    private async Task StoreAsync(string type, string body)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        var now = TimeProvider.System.GetUtcNow();
        var db = scope.ServiceProvider.GetRequiredService<NotesDb>();
        db.Add(new OutboxMessage { EventId = Guid.CreateVersion7(), Type = type, Body = body, CreatedAt = now, DueAt = now });
        await db.SaveChangesAsync();
    }
}
