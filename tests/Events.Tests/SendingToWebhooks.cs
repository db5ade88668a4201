using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Events.Tests;

public sealed class SendingToWebhooks(WebhooksHost host) : IClassFixture<WebhooksHost>
{
    [Fact]
    public async Task A_receiver_gets_the_events_of_its_types_signed_and_from_its_beginning_on()
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        await host.RecordAsync(EventsHost.Line(group, "thing_created"));
        var (url, got) = host.Receiver.Open();
        var webhook = await WebhooksHost.CreateAsync(client, url, types: ["thing_created", "x.own"]);
        var (line, own) = (EventsHost.Line(group, "thing_created"), EventsHost.Line(group, "x.own"));
        await host.RecordAsync(line, EventsHost.Line(group, "x.other"), EventsHost.Line(Guid.NewGuid(), "x.own"), own);

        await Receiver.GetsAsync(got, 2);
        var first = got().Single(r => r.Id == line.Id.ToString());
        Assert.Equal(new[] { line.Id, own.Id }.Select(i => i.ToString()).Order(), got().Select(r => r.Id).Order());
        Assert.Equal("entity_created", first.Json["type"]!.GetValue<string>());
        Assert.Equal(group, first.Json["data"]!["groupId"]!.GetValue<Guid>());
        Assert.Equal([Signature(first, webhook["secret"]!.GetValue<string>())], first.Headers["webhook-signature"].ToString().Split(' '));
        Assert.Empty(first.Headers["traceparent"].ToString());
        var delivery = await WebhooksHost.DeliveryAsync(client, webhook, line.Id, "delivered");
        Assert.Equal(200, delivery["log"]![0]!["status"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_receiver_that_was_down_gets_everything_in_order_after_with_the_same_ids()
    {
        var (group, target) = (Guid.NewGuid(), Guid.NewGuid());
        using var client = host.ClientIn(group);
        var (url, got) = host.Receiver.Open(Receiver.Answers(500, 503, 200));
        var webhook = await WebhooksHost.CreateAsync(client, url, ordered: true);
        var lines = Enumerable.Range(1, 8).Select(v => EventsHost.Line(group, target: target, version: v)).ToArray();
        await host.RecordAsync(lines);

        await Receiver.GetsAsync(got, 10);
        Assert.Equal([.. Enumerable.Repeat(lines[0].Id, 2), .. lines.Select(l => l.Id)], got().Select(r => Guid.Parse(r.Id)));
        var delivery = await WebhooksHost.DeliveryAsync(client, webhook, lines[0].Id, "delivered");
        Assert.Equal([500, 503, 200], delivery["log"]!.AsArray().Select(a => a!["status"]!.GetValue<int>()));
        Assert.Equal("call 1", delivery["log"]![0]!["response"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_was_given_up_can_be_replayed_by_position_and_by_time()
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        await host.RecordAsync(EventsHost.Line(group));
        var line = EventsHost.Line(group);
        await host.RecordAsync(line);
        var (url, got) = host.Receiver.Open(Receiver.Answers(500, 500, 500, 500, 200));
        var webhook = await WebhooksHost.CreateAsync(client, url);

        using var byPosition = await client.PostAsJsonAsync($"/api/webhooks/{WebhooksHost.Id(webhook)}/replay", new { fromPosition = 2 });
        Assert.Equal(HttpStatusCode.Accepted, byPosition.StatusCode);
        Assert.Equal(1, (await byPosition.Content.ReadFromJsonAsync<JsonObject>())!["queued"]!.GetValue<int>());
        await WebhooksHost.DeliveryAsync(client, webhook, line.Id, "failed");
        Assert.Equal(4, got().Count);

        using var byTime = await client.PostAsJsonAsync($"/api/webhooks/{WebhooksHost.Id(webhook)}/replay", new { from = line.OccurredAt.AddMilliseconds(-1) });
        await WebhooksHost.DeliveryAsync(client, webhook, line.Id, "delivered");
        Assert.All(got().Take(4), r => Assert.Equal(line.Id.ToString(), r.Id));
    }

    [Fact]
    public async Task Gone_disables_and_what_came_meanwhile_is_sent_when_it_is_enabled_again()
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        var (url, got) = host.Receiver.Open(Receiver.Answers(410, 200));
        var webhook = await WebhooksHost.CreateAsync(client, url);
        var path = $"/api/webhooks/{WebhooksHost.Id(webhook)}";
        await host.RecordAsync(EventsHost.Line(group));
        await Eventually.TrueAsync(async () => !(await client.GetObjectAsync(path))["enabled"]!.GetValue<bool>());
        Assert.Equal("gone", (await client.GetObjectAsync(path))["disabledReason"]!.GetValue<string>());
        Assert.Equal(1, await ToldAsync("webhook_disabled", WebhooksHost.Id(webhook)));
        var missed = EventsHost.Line(group);
        await host.RecordAsync(missed);
        using var refused = await client.PostAsJsonAsync($"{path}/replay", new { fromPosition = 0 });
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);

        using var enabled = await client.PatchAsJsonAsync(path, new { enabled = true });
        Assert.Equal(HttpStatusCode.OK, enabled.StatusCode);
        await WebhooksHost.DeliveryAsync(client, webhook, missed.Id, "delivered");
        Assert.Equal(3, got().Count);
    }

    [Fact]
    public async Task A_receiver_that_has_failed_for_days_is_disabled()
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        var (url, _) = host.Receiver.Open(Receiver.Answers(500));
        var webhook = await WebhooksHost.CreateAsync(client, url);
        await host.Database.ScalarAsync<int>("update webhooks set failing_since = now() - interval '6 days' where id = $1", WebhooksHost.Id(webhook));
        await host.RecordAsync(EventsHost.Line(group));
        await Eventually.TrueAsync(async () => (await client.GetObjectAsync($"/api/webhooks/{WebhooksHost.Id(webhook)}"))["disabledReason"]?.GetValue<string>() == "failing");
        Assert.Equal(1, await ToldAsync("webhook_disabled", WebhooksHost.Id(webhook)));
    }

    [Fact]
    public async Task Both_secrets_sign_after_a_rotation_and_none_is_readable_in_the_table()
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        var (url, got) = host.Receiver.Open();
        var webhook = await WebhooksHost.CreateAsync(client, url);
        using var response = await client.PostAsync($"/api/webhooks/{WebhooksHost.Id(webhook)}/rotate-secret", null);
        var rotated = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        await host.RecordAsync(EventsHost.Line(group));
        await Receiver.GetsAsync(got, 1);

        string[] secrets = [rotated["secret"]!.GetValue<string>(), webhook["secret"]!.GetValue<string>()];
        Assert.Equal(secrets.Select(s => Signature(got()[0], s)), got()[0].Headers["webhook-signature"].ToString().Split(' '));
        var kept = await host.Database.ScalarAsync<byte[]>("select secret || previous_secret from webhooks where id = $1", WebhooksHost.Id(webhook));
        Assert.All(secrets, s => Assert.Equal(-1, kept.AsSpan().IndexOf(Key(s))));

        await host.Database.ScalarAsync<int>("update webhooks set previous_secret_until = now() where id = $1", WebhooksHost.Id(webhook));
        await host.RecordAsync(EventsHost.Line(group));
        await Receiver.GetsAsync(got, 2);
        Assert.Equal(Signature(got()[1], secrets[0]), got()[1].Headers["webhook-signature"].ToString());
    }

    [Fact]
    public async Task A_slow_receiver_has_only_its_own_places_and_delays_no_other()
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        var release = new TaskCompletionSource();
        var (slow, slowGot) = host.Receiver.Open((_, _) => release.Task);
        var (quick, quickGot) = host.Receiver.Open();
        await WebhooksHost.CreateAsync(client, slow);
        await WebhooksHost.CreateAsync(client, quick);
        await host.RecordAsync([.. Enumerable.Range(0, 30).Select(_ => EventsHost.Line(group))]);

        await Receiver.GetsAsync(quickGot, 30);
        Assert.InRange(slowGot().Count, 1, 3);
        release.SetResult();
        await Eventually.TrueAsync(() => Task.FromResult(slowGot().Select(r => r.Id).Distinct().Count() == 30));
    }

    [Fact]
    public async Task A_pause_that_the_receiver_asks_for_is_kept()
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        var (url, got) = host.Receiver.Open((call, context) =>
        {
            context.Response.StatusCode = call == 1 ? 503 : 204;
            context.Response.Headers.RetryAfter = "1";
            return Task.CompletedTask;
        });
        var webhook = await WebhooksHost.CreateAsync(client, url);
        await host.RecordAsync(EventsHost.Line(group));
        await Eventually.TrueAsync(async () => (await client.GetObjectAsync($"/api/webhooks/{WebhooksHost.Id(webhook)}"))["pausedUntil"] is not null);
        await Receiver.GetsAsync(got, 2);
        Assert.True(got()[1].At - got()[0].At >= TimeSpan.FromMilliseconds(900));
    }

    [Fact]
    public async Task A_pause_that_the_receiver_asks_for_outlasts_what_it_takes_meanwhile()
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        var (both, refused) = (new TaskCompletionSource(), new TaskCompletionSource());
        var (url, _) = host.Receiver.Open(async (call, context) =>
        {
            if (call == 1)
            {
                await both.Task.WaitAsync(context.RequestAborted);
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = "3600";
                return;
            }

            both.TrySetResult();
            await refused.Task.WaitAsync(context.RequestAborted);
        });
        var webhook = await WebhooksHost.CreateAsync(client, url);
        var lines = new[] { EventsHost.Line(group), EventsHost.Line(group) };
        await host.RecordAsync(lines);
        var path = $"/api/webhooks/{WebhooksHost.Id(webhook)}";
        await Eventually.TrueAsync(async () => (await client.GetObjectAsync(path))["pausedUntil"] is not null);
        refused.SetResult();
        await Eventually.TrueAsync(async () => (await client.GetObjectAsync($"{path}/deliveries?status=delivered")).Results().Any());

        Assert.NotNull((await client.GetObjectAsync(path))["pausedUntil"]);
        Assert.Null((await client.GetObjectAsync(path))["failingSince"]);
    }

    [Fact]
    public async Task What_retention_has_taken_is_given_up_and_is_no_failure_of_the_receiver()
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        var (url, got) = host.Receiver.Open(Receiver.Answers(500, 200));
        var webhook = await WebhooksHost.CreateAsync(client, url);
        var path = $"/api/webhooks/{WebhooksHost.Id(webhook)}";
        using var paused = await client.PatchAsJsonAsync(path, new { enabled = false });
        await host.Database.ScalarAsync<int>(
            """
            insert into webhook_deliveries (webhook_id, event_id, group_id, type, position, order_key, status, attempts, due_at, created_at)
            values ($1, $2, $3, 'x.test', 1, $2, 'pending', 0, now(), now())
            """, WebhooksHost.Id(webhook), Guid.CreateVersion7(), group);
        using var enabled = await client.PatchAsJsonAsync(path, new { enabled = true });
        var delivery = await Eventually.NotNullAsync(async () => (await client.GetObjectAsync($"{path}/deliveries?status=failed")).Results().FirstOrDefault());

        Assert.Contains("Retention", delivery["log"]![0]!["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Null((await client.GetObjectAsync(path))["failingSince"]);
        Assert.Empty(got());
    }

    [Fact]
    public async Task Redirects_are_not_followed_and_silence_ends_an_attempt()
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        var (elsewhere, elsewhereGot) = host.Receiver.Open();
        var (redirecting, _) = host.Receiver.Open((_, context) =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = elsewhere;
            return Task.CompletedTask;
        });
        var (silent, _) = host.Receiver.Open((_, context) => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        foreach (var (url, expected) in new[] { (redirecting, "307"), (silent, "No answer within 2 s.") })
        {
            var webhook = await WebhooksHost.CreateAsync(client, url, types: ["x.never"]);
            using var response = await client.PostAsync($"/api/webhooks/{WebhooksHost.Id(webhook)}/test", null);
            var attempt = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
            Assert.False(attempt["delivered"]!.GetValue<bool>());
            Assert.Equal(expected, attempt["status"]?.ToString() ?? attempt["error"]!.GetValue<string>());
        }

        Assert.Empty(elsewhereGot());
    }

    [Fact]
    public async Task A_subtree_webhook_gets_the_events_of_the_groups_that_allow_it()
    {
        var (root, open, closed) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await GroupTreeRows.AddAsync(host, [root]);
        await GroupTreeRows.AddAsync(host, [root, open]);
        await GroupTreeRows.AddAsync(host, [root, closed], allowParentAccess: false);
        using var client = host.ClientIn(root);
        var (url, got) = host.Receiver.Open();
        await WebhooksHost.CreateAsync(client, url, scope: "subtree", types: ["x.test"]);
        var lines = new[] { root, open }.Select(g => EventsHost.Line(g)).ToArray();
        await host.RecordAsync([EventsHost.Line(closed), .. lines, EventsHost.Line(Guid.NewGuid())]);

        await Receiver.GetsAsync(got, 2);
        Assert.Equal(lines.Select(l => l.Id.ToString()).Order(), got().Select(r => r.Id).Order());
    }

    private Task<long> ToldAsync(string type, Guid webhook)
        => host.Database.ScalarAsync<long>("select count(*) from outbox where body like $1 and body like $2", $"%{type}%", $"%{webhook}%");

    private static byte[] Key(string secret) => Convert.FromBase64String(secret["whsec_".Length..]);

    private static string Signature(Received got, string secret)
        => "v1," + Convert.ToBase64String(HMACSHA256.HashData(Key(secret), Encoding.UTF8.GetBytes($"{got.Id}.{got.Headers["webhook-timestamp"]}.{got.Body}")));
}
