using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Events.Tests;

/// <summary>The service with a schedule of milliseconds, and a receiver on loopback.</summary>
public sealed class WebhooksHost : EventsHost
{
    internal Receiver Receiver { get; private set; } = null!;

    protected override IEnumerable<(string Name, string Value)> Settings =>
    [
        ("Webhooks:Schedule:0", "00:00:00"), ("Webhooks:Schedule:1", "00:00:00.020"), ("Webhooks:Schedule:2", "00:00:00.020"), ("Webhooks:Schedule:3", "00:00:00.020"),
        ("Webhooks:PollInterval", "00:00:00.050"), ("Webhooks:Timeout", "00:00:02"), ("Webhooks:FailuresBeforePause", "1000"), ("Webhooks:PerReceiver", "3"),
    ];

    public override async Task InitializeAsync()
    {
        Receiver = await Receiver.StartAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Receiver.DisposeAsync();
    }

    internal static async Task<JsonObject> CreateAsync(HttpClient client, string url, bool ordered = false, string? scope = null, params string[] types)
    {
        using var response = await client.PostAsJsonAsync("/api/webhooks", new { url, ordered, types, scope = scope ?? "self" });
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    internal static async Task<JsonObject> DeliveryAsync(HttpClient client, JsonObject webhook, Guid id, string status)
        => await Eventually.NotNullAsync(async () => (await client.GetObjectAsync($"/api/webhooks/{Id(webhook)}/deliveries")).Results()
            .FirstOrDefault(d => d["id"]!.GetValue<Guid>() == id && d["status"]!.GetValue<string>() == status));

    internal static Guid Id(JsonObject webhook) => webhook["id"]!.GetValue<Guid>();
}
