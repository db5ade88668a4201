using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePlatform.Testing;

namespace OnePlatform.Events.Tests;

/// <summary>The service with the standard's schedule, and hours that pass when the test says so.</summary>
internal sealed class PatientHost(params (string Name, string Value)[] settings) : EventsHost, IAsyncDisposable
{
    internal Receiver Receiver { get; private set; } = null!;

    protected override IEnumerable<(string Name, string Value)> Settings => [("Webhooks:PollInterval", "00:00:00.020"), .. settings];

    public override async Task InitializeAsync()
    {
        Receiver = await Receiver.StartAsync();
        await base.InitializeAsync();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await Receiver.DisposeAsync();
    }

    internal static async Task<JsonObject> CreateAsync(HttpClient client, string url)
    {
        using var response = await client.PostAsJsonAsync("/api/webhooks", new { url, ordered = true });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    /// <summary>Everything that was to happen in this time becomes due, and has happened when this returns.</summary>
    internal async Task PassAsync(JsonObject webhook, TimeSpan time)
    {
        var id = WebhooksHost.Id(webhook);
        // The webhook's row before those of its deliveries, as the service takes them, or the two could wait for each other.
        await Database.ScalarAsync<int>(
            """
            with paused as (
                update webhooks set paused_until = paused_until - $2, failing_since = failing_since - $2 where id = $1 returning id)
            update webhook_deliveries set due_at = due_at - $2 where webhook_id in (select id from paused) and status = 'pending'
            """, id, time);
        await Eventually.TrueAsync(async () => await Database.ScalarAsync<bool>(
            """
            select (select paused_until > now() from webhooks where id = $1) is true
                or not exists (
                    select from webhook_deliveries d where d.webhook_id = $1 and d.status = 'pending' and d.due_at <= now() and not exists (
                        select from webhook_deliveries o
                        where o.webhook_id = $1 and o.status = 'pending' and o.order_key = d.order_key and o.position < d.position))
            """, id));
    }
}
