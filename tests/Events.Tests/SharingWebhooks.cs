using System.Collections.Concurrent;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Events.Tests;

/// <summary>Several instances send for the same webhooks.</summary>
public sealed class SharingWebhooks(WebhooksHost host) : IClassFixture<WebhooksHost>
{
    [Fact]
    public async Task Instances_side_by_side_send_each_event_once_and_fill_no_more_than_the_receivers_places()
    {
        await using var second = host.StartAnother();
        await using var third = host.StartAnother();
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        var (now, most) = (0, 0);
        var meeting = new Lock();
        var (url, got) = host.Receiver.Open(async (_, _) =>
        {
            lock (meeting)
            {
                most = Math.Max(most, ++now);
            }

            await Task.Yield();
            lock (meeting)
            {
                now--;
            }
        });
        var webhook = await WebhooksHost.CreateAsync(client, url);
        var lines = Enumerable.Range(0, 150).Select(_ => EventsHost.Line(group)).ToArray();
        await host.RecordAsync(lines);

        await Receiver.GetsAsync(got, 150);
        await Eventually.TrueAsync(async () => await PendingAsync(webhook) == 0);
        Assert.Equal(lines.Select(l => l.Id.ToString()).Order(), got().Select(r => r.Id).Order());
        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public async Task What_an_instance_had_claimed_when_it_died_is_sent_by_another_with_the_same_id()
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        var release = new TaskCompletionSource();
        var (url, got) = host.Receiver.Open((call, context) => call == 1 ? release.Task.WaitAsync(context.RequestAborted) : Task.CompletedTask);
        var webhook = await WebhooksHost.CreateAsync(client, url);
        var line = EventsHost.Line(group);
        await host.RecordAsync(line);
        await Receiver.GetsAsync(got, 1);

        // Nobody but a dead one lets its claim run out.
        await host.Database.ScalarAsync<int>("update webhook_deliveries set claimed_until = now() - interval '1 second' where webhook_id = $1", WebhooksHost.Id(webhook));
        await Receiver.GetsAsync(got, 2);
        release.TrySetResult();
        var delivery = await WebhooksHost.DeliveryAsync(client, webhook, line.Id, "delivered");
        Assert.All(got(), r => Assert.Equal(line.Id.ToString(), r.Id));

        // Taken over, and not tried again after a failure.
        Assert.All(delivery["log"]!.AsArray(), attempt => Assert.True((bool)attempt!["delivered"]!));
    }

    [Fact]
    public async Task A_receiver_that_was_down_for_an_hour_gets_everything_after_and_each_target_in_order()
    {
        await using var patient = new PatientHost();
        await patient.InitializeAsync();
        var (group, targets) = (Guid.NewGuid(), new[] { Guid.NewGuid(), Guid.NewGuid() });
        using var client = patient.ClientIn(group);
        var isDown = true;
        var taken = new ConcurrentQueue<string>();
        var (url, got) = patient.Receiver.Open((_, context) =>
        {
            if (Volatile.Read(ref isDown))
            {
                context.Abort();
            }
            else
            {
                taken.Enqueue(context.Request.Headers["webhook-id"].ToString());
            }

            return Task.CompletedTask;
        });
        var webhook = await PatientHost.CreateAsync(client, url);
        var sent = new List<(Guid Target, string Id)>();
        for (var passed = 0; passed < 60; passed += 10)
        {
            var lines = targets.Select(t => EventsHost.Line(group, target: t, version: (passed / 10) + 1)).ToArray();
            sent.AddRange(lines.Select(l => (l.TargetId!.Value, l.Id.ToString())));
            await patient.RecordAsync(lines);
            await patient.PassAsync(webhook, TimeSpan.FromMinutes(10));
        }

        Assert.NotEmpty(got());
        Assert.Empty(taken);
        Volatile.Write(ref isDown, false);
        await Eventually.TrueAsync(async () =>
        {
            await patient.PassAsync(webhook, TimeSpan.FromMinutes(10));
            return taken.Count >= sent.Count;
        });

        Assert.Equal(sent.Count, taken.Distinct().Count());
        Assert.Equal(sent.Count, taken.Count);
        Assert.All(targets, t => Assert.Equal(sent.Where(s => s.Target == t).Select(s => s.Id), taken.Where(id => sent.Contains((t, id)))));
        Assert.True((await client.GetObjectAsync($"/api/webhooks/{WebhooksHost.Id(webhook)}"))["enabled"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_long_backlog_of_one_receiver_leaves_places_to_another()
    {
        // Three places in all, which the first receiver fills.
        await using var narrow = new PatientHost(("Webhooks:PerInstance", "3"), ("Webhooks:PerReceiver", "3"), ("Webhooks:Timeout", "00:01:00"));
        await narrow.InitializeAsync();
        var (busy, late) = (Guid.NewGuid(), Guid.NewGuid());
        using var client = narrow.ClientIn(busy);
        using var other = narrow.ClientIn(late);
        using var answers = new SemaphoreSlim(0);
        var (slow, slowGot) = narrow.Receiver.Open((_, context) => answers.WaitAsync(context.RequestAborted));
        var (quick, quickGot) = narrow.Receiver.Open();
        await narrow.RecordAsync([.. Enumerable.Range(0, 100).Select(_ => EventsHost.Line(late))]);
        await PatientHost.CreateAsync(client, slow);
        var webhook = await PatientHost.CreateAsync(other, quick);
        await narrow.RecordAsync([.. Enumerable.Range(0, 20).Select(_ => EventsHost.Line(busy))]);
        await Receiver.GetsAsync(slowGot, 3);
        await narrow.RecordAsync(EventsHost.Line(late));
        await Eventually.TrueAsync(async () => await narrow.Database.ScalarAsync<long>(
            "select count(*) from webhook_deliveries where webhook_id = $1", WebhooksHost.Id(webhook)) == 1);

        answers.Release();
        await Receiver.GetsAsync(quickGot, 1);
        Assert.InRange(slowGot().Count, 3, 4);
        answers.Release(100);
        await Receiver.GetsAsync(slowGot, 20);
    }

    [Fact]
    public async Task A_place_that_becomes_free_is_taken_at_once_and_not_at_the_next_poll()
    {
        await using var narrow = new PatientHost(("Webhooks:PerInstance", "1"), ("Webhooks:PollInterval", "00:01:00"));
        await narrow.InitializeAsync();
        var group = Guid.NewGuid();
        using var client = narrow.ClientIn(group);
        var (url, got) = narrow.Receiver.Open();
        await PatientHost.CreateAsync(client, url);
        await narrow.RecordAsync([.. Enumerable.Range(0, 5).Select(_ => EventsHost.Line(group))]);

        await Receiver.GetsAsync(got, 5);
    }

    [Fact]
    public async Task What_fails_for_one_target_of_an_ordered_webhook_holds_up_no_other_target()
    {
        await using var patient = new PatientHost();
        await patient.InitializeAsync();
        var (group, failing, well) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        using var client = patient.ClientIn(group);
        var (url, got) = patient.Receiver.Open();
        var (picky, pickyGot) = patient.Receiver.Open(Receiver.Answers(500, 200));
        await PatientHost.CreateAsync(client, url);
        await PatientHost.CreateAsync(client, picky);
        var lines = new[] { 1, 2 }.Select(v => EventsHost.Line(group, target: failing, version: v)).ToArray();
        await patient.RecordAsync(lines);
        await Receiver.GetsAsync(pickyGot, 1);
        var of = EventsHost.Line(group, target: well, version: 1);
        await patient.RecordAsync(of);
        await Receiver.GetsAsync(got, 3);
        await Receiver.GetsAsync(pickyGot, 2);

        Assert.Equal([lines[0].Id.ToString(), of.Id.ToString()], pickyGot().Select(r => r.Id));
    }

    [Fact]
    public async Task A_receiver_that_fails_in_a_row_is_left_alone_longer_and_longer_and_a_success_ends_that()
    {
        await using var patient = new PatientHost(("Webhooks:Pause", "01:00:00"));
        await patient.InitializeAsync();
        var group = Guid.NewGuid();
        using var client = patient.ClientIn(group);
        var isDown = true;
        var (url, got) = patient.Receiver.Open((_, context) =>
        {
            context.Response.StatusCode = Volatile.Read(ref isDown) ? 500 : 204;
            return Task.CompletedTask;
        });
        var webhook = await PatientHost.CreateAsync(client, url);
        await patient.RecordAsync([.. Enumerable.Range(0, 30).Select(_ => EventsHost.Line(group))]);

        // Five failures open the circuit; the three that may be on their way by then can fail as well.
        await Eventually.TrueAsync(async () => await LeftAloneUntilAsync(patient, webhook) is not null);
        Assert.InRange(got().Count, 5, 8);
        var (first, tried) = (await LeftAloneUntilAsync(patient, webhook), got().Count);
        await patient.PassAsync(webhook, TimeSpan.FromDays(1));
        await Eventually.TrueAsync(async () => got().Count > tried && await LeftAloneUntilAsync(patient, webhook) > first);
        Assert.Equal(tried + 1, got().Count);

        Volatile.Write(ref isDown, false);
        await patient.PassAsync(webhook, TimeSpan.FromDays(3));
        await Eventually.TrueAsync(async () => await patient.Database.ScalarAsync<long>("select count(*) from webhook_deliveries where status = 'delivered'") == 30);
        Assert.True(await patient.Database.ScalarAsync<bool>("select paused_until is null and failures = 0 from webhooks"));
    }

    /// <returns>Null while something is on its way to the receiver, or may be sent.</returns>
    private static async Task<DateTime?> LeftAloneUntilAsync(PatientHost patient, System.Text.Json.Nodes.JsonObject webhook)
        => await patient.Database.ScalarAsync<object>(
            """
            select paused_until from webhooks w where id = $1 and paused_until > now()
                and not exists (select from webhook_deliveries d where d.webhook_id = w.id and d.status = 'pending' and d.claimed_until > now())
            """, WebhooksHost.Id(webhook)) as DateTime?;

    private Task<long> PendingAsync(System.Text.Json.Nodes.JsonObject webhook)
        => host.Database.ScalarAsync<long>("select count(*) from webhook_deliveries where status = 'pending' and webhook_id = $1", WebhooksHost.Id(webhook));
}
