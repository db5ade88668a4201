using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OnePlatform.Contracts;
using OnePlatform.Events.Data;
using OnePlatform.Events.Recording;
using OnePlatform.Events.Retention;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Events.Tests;

/// <summary>The Events service over a database of its own. Without a broker, unless told: lines are handed to the writer.</summary>
public class EventsHost : IAsyncLifetime
{
    // Any type of the service names its assembly; Program is also the name of the local engine's.
    private ServiceHost<EventsDb>? _host;

    internal TestDatabase Database { get; private set; } = null!;

    internal TestTokens Tokens { get; private set; } = null!;

    internal IServiceProvider Services => _host!.Services;

    protected virtual IEnumerable<(string Name, string Value)> Settings => [];

    public virtual async Task InitializeAsync()
    {
        Database = await TestDatabase.CreateAsync("events", owner => new Migrator<EventsDb>(
            owner, Options.Create(new DatabaseOptions()), NullLogger<Migrator<EventsDb>>.Instance).MigrateAsync(CancellationToken.None));
        Tokens = await TestTokens.StartAsync();
        _host = StartAnother();
    }

    public virtual async Task DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await Tokens.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>One more instance of the service on the same database.</summary>
    internal ServiceHost<EventsDb> StartAnother(string broker = ServiceHost<EventsDb>.NoBroker, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["ConnectionStrings:eventsdb"] = Database.ConnectionString,
            ["ConnectionStrings:rabbitmq"] = broker,
            ["services:identity:http:0"] = Tokens.Address,
            ["Querying:CursorKey"] = new string('k', 32),
            // Tests count the events of a log that they read; the one that is about reads turns it on.
            ["Events:Reads:Window"] = "00:00:00",
            ["Events:Retention:Share"] = "1",
            // Tests make checkpoints themselves.
            ["Events:Checkpoints:Interval"] = "1.00:00:00",
        };
        foreach (var (name, value) in Settings.Concat(settings))
        {
            all[name] = value;
        }

        var host = new ServiceHost<EventsDb>(all);
        host.CreateClient().Dispose();
        return host;
    }

    internal HttpClient ClientIn(Guid? group, Role role = Role.GroupOwner) => _host!.ClientWith(Tokens.ForPerson(Guid.NewGuid(), group, role));

    internal static LogLine Line(Guid? group, string type = "x.test", Guid? target = null, long? version = null, DateTimeOffset? at = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new LogLine(Guid.CreateVersion7(now), group, type, at ?? now, target, target is null ? null : "thing", TargetVersion: version);
    }

    /// <summary>Records as the consumer does, and returns when all lines can be read.</summary>
    internal async Task RecordAsync(params LogLine[] lines)
    {
        await RecordOnAsync(Services, lines);
        await AllNumberedAsync();
    }

    internal static Task RecordOnAsync(IServiceProvider services, params LogLine[] lines)
        => services.GetRequiredService<LogWriter>().RecordAsync(
            [.. lines.Select(l => LogEntry.From(l, EventOrigin.System, "test", TimeProvider.System.GetUtcNow()))], CancellationToken.None)
            .WaitAsync(Eventually.Deadline);

    /// <summary>Records as if it had been at another time, or by somebody.</summary>
    internal async Task RecordAsync(DateTimeOffset recordedAt, EventOrigin origin, params LogLine[] lines)
    {
        await Services.GetRequiredService<LogWriter>().RecordAsync([.. lines.Select(l => LogEntry.From(l, origin, "test", recordedAt))], CancellationToken.None);
        await AllNumberedAsync();
    }

    /// <summary>Runs retention; the run that every instance begins with may have to end first.</summary>
    internal async Task<long> PurgeAsync()
    {
        long? removed = null;
        await Eventually.TrueAsync(
            async () => (removed = await Services.GetRequiredService<PurgeOldEvents>().PurgeAsync(CancellationToken.None)) is not null);
        return removed!.Value;
    }

    internal Task AllNumberedAsync() => Eventually.TrueAsync(async () => await Database.ScalarAsync<long>("select count(*) from incoming") == 0);

    internal async Task<long[]> PositionsAsync(Guid group)
        => await Database.ScalarAsync<long[]>("select array_agg(position order by position) from events where group_id = $1", group) ?? [];
}

internal static class Json
{
    public static async Task<JsonObject> GetObjectAsync(this HttpClient client, string path)
        => (await client.GetFromJsonAsync<JsonObject>(path))!;

    public static IEnumerable<JsonObject> Results(this JsonObject page) => page["results"]!.AsArray().Select(r => r!.AsObject());

    public static IEnumerable<Guid> Ids(this JsonObject page) => page.Results().Select(r => r["id"]!.GetValue<Guid>());
}
