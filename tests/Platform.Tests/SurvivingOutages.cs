using System.Net;
using System.Text.Json.Nodes;
using OnePlatform.AppHost;
using OnePlatform.AppHost.Local;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests;

/// <summary>P8: any part can be down; what was accepted is not lost, and the platform answers again by itself.</summary>
[Collection(BreakablePlatform.Name)]
[Trait("Proof", "P8")]
public sealed class SurvivingOutages
{
    private readonly BreakablePlatformFixture _fixture;

    public SurvivingOutages(BreakablePlatformFixture fixture) => _fixture = fixture;

    private LocalPlatform Platform => _fixture.Platform;

    [Theory]
    [InlineData(ResourceNames.Ontology)]
    [InlineData(ResourceNames.Events)]
    [InlineData(ResourceNames.Identity)]
    [InlineData(ResourceNames.Knowledge)]
    [InlineData(ResourceNames.Gateway)]
    [InlineData(ResourceNames.Redis)]
    [InlineData(ResourceNames.Postgres)]
    public async Task After_kill_9_of_a_part_the_platform_answers_again(string part)
    {
        using var client = _fixture.WithKey(_fixture.DemoKey);
        var before = await CreateThingAsync(client, $"before the end of {part}");

        await Platform.KillAsync(part);
        await Platform.WaitUntilReadyAsync(Eventually.Deadline);

        await Eventually.TrueAsync(async () => await StatusAsync(client, $"/api/things/{before}") == HttpStatusCode.OK);
        var after = await CreateThingEventuallyAsync(client, $"after the end of {part}");
        await RecordedAsync(client, before);
        await RecordedAsync(client, after);
    }

    [Fact]
    public async Task A_thing_created_while_the_broker_is_down_is_in_the_log_and_in_search_after_it_is_back()
    {
        using var client = _fixture.WithKey(_fixture.DemoKey);
        await Platform.StopResourceAsync(ResourceNames.RabbitMQ);
        var word = $"quaxon{Guid.NewGuid().ToString("N")[..8]}";

        var id = await CreateThingAsync(client, $"The {word} made without a broker");
        await Platform.StartResourceAsync(ResourceNames.RabbitMQ);
        await Platform.WaitUntilReadyAsync(ResourceNames.RabbitMQ, Eventually.Deadline);

        await RecordedAsync(client, id);
        await Eventually.TrueAsync(async () =>
        {
            var found = await client.SendAsync(HttpMethod.Post, "/api/knowledge/search", new { query = word, mode = "keyword" });
            return found["results"]!.AsArray().Any(r => r!["thingId"]?.GetValue<Guid>() == id);
        });
    }

    private static async Task<Guid> CreateThingAsync(HttpClient client, string name)
        => (await client.SendAsync(HttpMethod.Post, "/api/things", new { type = "note", name }))["id"]!.GetValue<Guid>();

    private static async Task<Guid> CreateThingEventuallyAsync(HttpClient client, string name)
    {
        var id = Guid.Empty;
        await Eventually.SucceedsAsync(async () => id = await CreateThingAsync(client, name));
        return id;
    }

    private static Task RecordedAsync(HttpClient client, Guid thing) => Eventually.TrueAsync(async () =>
    {
        using var response = await client.GetAsync(new Uri($"/api/events/target/{thing}", UriKind.Relative));
        if (!response.IsSuccessStatusCode)
        {
            return false;
        }

        var events = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["results"]!.AsArray();
        return events.Count(e => e!["type"]!.GetValue<string>() == "entity_created") == 1;
    });

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        try
        {
            using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            // The gateway itself is on its way back.
            return HttpStatusCode.ServiceUnavailable;
        }
    }
}
