using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.AppHost.Local;
using OnePlatform.Contracts;
using OnePlatform.Ontology.Contracts;
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

        var bus = service.Services.GetRequiredService<IBus>();
        await Task.WhenAll(bus.Publish(changed), bus.Publish(changed), bus.Publish(logged));

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
}
