using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using OnePlatform.Contracts;
using OnePlatform.Events.Recording;
using OnePlatform.Events.Retention;
using OnePlatform.Events.Sequencing;
using OnePlatform.ServiceDefaults;
using Xunit;

namespace OnePlatform.Events.Tests;

/// <summary>What operators and owners see of the log itself.</summary>
public sealed class WatchingTheLog(WebhooksHost host) : IClassFixture<WebhooksHost>
{
    [Fact]
    public async Task Depth_age_failures_and_work_are_measured()
    {
        await using var watched = host.StartAnother(settings: ("Events:Reads:Window", "00:15:00"));
        var factory = watched.Services.GetRequiredService<IMeterFactory>();
        var measured = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Scope == factory && instrument.Meter.Name is "OnePlatform.Events" or "OnePlatform.Messaging")
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(measured, instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(measured, instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(measured, instrument, value, tags));
        listener.Start();

        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        var (url, _) = host.Receiver.Open(Receiver.Answers(500));
        await WebhooksHost.CreateAsync(client, url, types: ["x.test"]);
        // Waiting lines and deliveries of an hour ago, which nobody takes: no group reads them, no webhook is on.
        await host.Database.ScalarAsync<int>("update webhooks set status = 'disabled' where group_id = $1", group);
        await host.Database.ScalarAsync<int>(
            """
            insert into webhook_deliveries (webhook_id, event_id, group_id, type, position, order_key, status, attempts, due_at, created_at)
            select id, gen_random_uuid(), group_id, 'x.test', 1, gen_random_uuid(), 'pending', 0, now(), now() - interval '1 hour' from webhooks where group_id = $1
            """, group);
        await watched.Services.GetServices<IHostedService>().OfType<LogWatch>().Single().RefreshAsync(CancellationToken.None);
        await host.RecordAsync(EventsHost.Line(group));
        watched.Services.GetRequiredService<RetentionMetrics>().Failed();
        watched.Services.GetRequiredService<RetentionMetrics>().Purged(3, "rows");
        listener.RecordObservableInstruments();

        Assert.All(
            ["events.waiting", "events.lag", "events.followers", "events.sequencing.leads", "outbox.pending", "outbox.failed", "outbox.lag"],
            (string name) => Assert.True(measured.ContainsKey(name), name));
        Assert.True(measured["webhooks.pending"] >= 1);
        Assert.InRange(measured["webhooks.lag"], 3500, 3700);
        Assert.True(measured["webhooks.disabled"] >= 1);
        Assert.Equal(1, measured["events.purge.failures"]);
        Assert.Equal(3, measured["events.purged rows"]);
    }

    [Fact]
    public async Task What_waits_for_its_position_is_counted_with_its_age_until_it_is_numbered()
    {
        await using var watched = host.StartAnother();
        var factory = watched.Services.GetRequiredService<IMeterFactory>();
        var measured = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Scope == factory && instrument.Meter.Name == "OnePlatform.Events")
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(measured, instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(measured, instrument, value, tags));
        listener.Start();
        var watch = watched.Services.GetServices<IHostedService>().OfType<LogWatch>().Single();

        await using (var connection = new NpgsqlConnection(host.Database.ConnectionString))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            // Whoever numbers waits for this.
            await using (var block = new NpgsqlCommand("lock table events in share row exclusive mode", connection, transaction))
            {
                await block.ExecuteNonQueryAsync();
            }

            var entries = Enumerable.Range(0, 7).Select(_ => LogEntry.From(
                EventsHost.Line(Guid.NewGuid()), EventOrigin.System, "test", TimeProvider.System.GetUtcNow().AddHours(-1)));
            await host.Services.GetRequiredService<LogWriter>().RecordAsync([.. entries], CancellationToken.None);
            await watch.RefreshAsync(CancellationToken.None);
            listener.RecordObservableInstruments();
            Assert.Equal(7, measured["events.waiting"]);
            Assert.InRange(measured["events.lag"], 3500, 3900);
            await transaction.CommitAsync();
        }

        await host.AllNumberedAsync();
        await watch.RefreshAsync(CancellationToken.None);
        listener.RecordObservableInstruments();
        Assert.Equal(0, measured["events.waiting"]);
        Assert.Equal(0, measured["events.lag"]);
    }

    [Fact]
    public async Task An_owners_look_into_the_log_is_in_the_log_once_in_a_while_and_a_users_is_not()
    {
        await using var watched = host.StartAnother(settings: ("Events:Reads:Window", "00:15:00"));
        var (group, owner) = (Guid.NewGuid(), Guid.NewGuid());
        using var client = watched.ClientWith(host.Tokens.ForPerson(owner, group));
        using var user = watched.ClientWith(host.Tokens.ForPerson(Guid.NewGuid(), group, Role.GroupUser));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.GetObjectAsync("/api/events")));
        await client.GetObjectAsync("/api/events/stats");
        await user.GetObjectAsync("/api/events");
        await host.AllNumberedAsync();

        var found = (await user.GetObjectAsync("/api/events")).Results().Single();
        Assert.Equal("events_read", found["type"]!.GetValue<string>());
        Assert.Equal(owner, found["actorId"]!.GetValue<Guid>());
        Assert.Equal("self", found["metadata"]!["scope"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_writer_that_has_ended_refuses_and_leaves_nobody_waiting()
    {
        await using var stopping = host.StartAnother();
        var writer = stopping.Services.GetRequiredService<LogWriter>();
        await writer.StopAsync(CancellationToken.None);
        var entry = LogEntry.From(EventsHost.Line(Guid.NewGuid()), EventOrigin.System, "test", TimeProvider.System.GetUtcNow());
        await Assert.ThrowsAsync<ChannelClosedException>(() => writer.RecordAsync([entry], CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(1)));
    }

    private static void Note(ConcurrentDictionary<string, double> measured, Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        => measured[tags.IsEmpty ? instrument.Name : $"{instrument.Name} {tags[0].Value}"] = value;
}
