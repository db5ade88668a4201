using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Events.Tests;

/// <summary>What is sent, verified by the published npm package, unchanged.</summary>
public sealed class VerifyingDeliveries(WebhooksHost host) : IClassFixture<WebhooksHost>
{
    [Fact]
    public async Task Receivers_verify_deliveries_and_attempts_with_either_secret_after_a_rotation()
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        var (url, got) = host.Receiver.Open(Receiver.Answers(500, 200));
        var webhook = await WebhooksHost.CreateAsync(client, url, types: ["x.test"]);
        var first = webhook["secret"]!.GetValue<string>();
        await host.RecordAsync(EventsHost.Line(group) with { Metadata = JsonElement.Parse("""{"text":"ünïcode \"quoted\" \u2028 😀"}""") });
        await Receiver.GetsAsync(got, 2);
        using var rotated = await client.PostAsync($"/api/webhooks/{WebhooksHost.Id(webhook)}/rotate-secret", null);
        var second = (await rotated.Content.ReadFromJsonAsync<JsonObject>())!["secret"]!.GetValue<string>();
        await host.RecordAsync(EventsHost.Line(group));
        await Receiver.GetsAsync(got, 3);

        var deliveries = got().Select((delivery, i) => new
        {
            secrets = i < 2 ? new[] { first } : [first, second],
            headers = delivery.Headers.Where(h => h.Key.StartsWith("webhook-", StringComparison.OrdinalIgnoreCase))
                .ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()),
            body = delivery.Body,
        });
        Assert.Contains("complete", await NodeClients.RunAsync(["standardwebhooks.mjs"], JsonSerializer.Serialize(deliveries)), StringComparison.Ordinal);
    }
}
