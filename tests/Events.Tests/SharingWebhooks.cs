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
        await WebhooksHost.DeliveryAsync(client, webhook, line.Id, "delivered");
        Assert.All(got(), r => Assert.Equal(line.Id.ToString(), r.Id));
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

    private Task<long> PendingAsync(System.Text.Json.Nodes.JsonObject webhook)
        => host.Database.ScalarAsync<long>("select count(*) from webhook_deliveries where status = 'pending' and webhook_id = $1", WebhooksHost.Id(webhook));
}
