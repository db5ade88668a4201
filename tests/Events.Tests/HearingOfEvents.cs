using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.AppHost.Local;
using OnePlatform.Contracts;
using OnePlatform.Events.Data;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Contracts;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Events.Tests;

public sealed class HearingOfEvents(EventsHost host) : IClassFixture<EventsHost>
{
    [Fact]
    public async Task Every_line_of_any_services_event_arrives_with_its_origin_and_metadata()
    {
        await using var servers = await LocalServers.StartAsync(postgres: false, redis: false);
        await using var service = host.StartAnother(servers.RabbitMQ);
        var (group, actor, target) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var origin = new EventOrigin(ActorKinds.Key, actor, Guid.NewGuid(), "request-1", new string('a', 32), "192.0.2.1", "curl/8");
        var line = EventsHost.Line(group, "thing_updated", target, version: 7) with
        {
            Metadata = JsonElement.Parse("""{"entityType":"course","nested":{"n":[1,2.50,null,"ü"]}}"""),
            Changes = new Dictionary<string, FieldChange> { ["name"] = new(JsonElement.Parse("\"a\""), JsonElement.Parse("\"b\"")), ["price"] = new(null, JsonElement.Parse("3")) },
        };
        var changed = new ThingsChanged(Guid.CreateVersion7(), line.OccurredAt, origin, [line, EventsHost.Line(group)], []);
        var logged = new ActivityLogged(Guid.CreateVersion7(), line.OccurredAt, origin, [EventsHost.Line(group)]);

        await PublishAsync(service, changed, changed with { EventId = Guid.CreateVersion7() }, logged);

        await Eventually.TrueAsync(async () => (await host.PositionsAsync(group)).Length >= 3);
        using var client = host.ClientIn(group);
        var found = await client.GetObjectAsync($"/api/events/{line.Id}");
        Assert.Equal("entity_updated", found["type"]!.GetValue<string>());
        Assert.Equal("ontology", found["source"]!.GetValue<string>());
        Assert.Equal(actor, found["actorId"]!.GetValue<Guid>());
        Assert.Equal("key", found["actorKind"]!.GetValue<string>());
        Assert.Equal(origin.OnBehalfOf, found["onBehalfOf"]!.GetValue<Guid>());
        Assert.Equal(target, found["targetId"]!.GetValue<Guid>());
        Assert.Equal("192.0.2.1", found["ip"]!.GetValue<string>());
        Assert.Equal("""{"nested":{"n":[1,2.50,null,"ü"]},"entityType":"course"}""", found["metadata"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Equal("""{"name":{"to":"b","from":"a"},"price":{"to":3}}""", found["changes"]!.ToJsonString());
        Assert.Equal(3, (await host.PositionsAsync(group)).Length);
    }

    [Fact]
    public async Task An_event_that_cannot_be_stored_waits_in_the_error_queue_and_the_rest_of_its_batch_is_recorded()
    {
        await using var servers = await LocalServers.StartAsync(postgres: false, redis: false);
        await using var service = host.StartAnother(servers.RabbitMQ, ("Messaging:Retries:0", "00:00:00.010"));
        var (group, now) = (Guid.NewGuid(), TimeProvider.System.GetUtcNow());
        await PublishAsync(service, [.. new[] { "x.good", "x.\0", "x.fine" }.Select(type => new ActivityLogged(
            Guid.CreateVersion7(), now, EventOrigin.System, [EventsHost.Line(group, type)]))]);

        await Queues.HoldsAsync(servers.RabbitMQ, "events-record-lines_error", 1);
        Assert.Equal<IEnumerable<long>>([1, 2], await host.PositionsAsync(group));

        using var admin = service.ClientWith(host.Tokens.ForPerson(Guid.NewGuid(), group, Role.PlatformOwner));
        using var owner = service.ClientWith(host.Tokens.ForPerson(Guid.NewGuid(), group));
        using var refused = await owner.PostAsync("/api/events/redrive", null);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using var redriven = await admin.PostAsync("/api/events/redrive", null);
        Assert.True(redriven.IsSuccessStatusCode, await redriven.Content.ReadAsStringAsync());
        Assert.Equal(1, (await redriven.Content.ReadFromJsonAsync<JsonObject>())!["deliveries"]!.GetValue<int>());
        await Queues.HoldsAsync(servers.RabbitMQ, "events-record-lines_error", 1);
        Assert.Equal<IEnumerable<long>>([1, 2], await host.PositionsAsync(group));
    }

    /// <summary>As every service does it: by its outbox.</summary>
    private static async Task PublishAsync(ServiceHost<EventsDb> service, params IIntegrationEvent[] messages)
    {
        await using var scope = service.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<EventsDb>();
        db.Scope.ActAsSystem();
        foreach (var message in messages)
        {
            db.Publish(message);
        }

        await db.SaveChangesAsync();
    }
}
