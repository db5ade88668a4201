using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.AppHost.Local;
using OnePlatform.Contracts;
using OnePlatform.Knowledge.Data;
using OnePlatform.Knowledge.Tests.Hosting;
using OnePlatform.Ontology.Contracts;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

public sealed class FollowingThings(KnowledgeHost host) : IClassFixture<KnowledgeHost>, IAsyncLifetime
{
    private LocalServers _servers = null!;
    private ServiceHost<KnowledgeDb> _service = null!;

    public async Task InitializeAsync()
    {
        _servers = await LocalServers.StartAsync(postgres: false, redis: false);
        _service = host.StartAnother(_servers.RabbitMQ);
        var bus = _service.Services.GetRequiredService<IBusControl>();
        await Eventually.TrueAsync(() => Task.FromResult(bus.CheckHealth().Status == BusHealthStatus.Healthy));
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _servers.DisposeAsync();
    }

    [Fact]
    public async Task Things_are_found_as_they_are_now_whatever_the_order_of_their_events()
    {
        var tenant = host.NewTenant();
        var id = Guid.NewGuid();
        var third = Thing(tenant, id, "Glazing and firing", 3, """{"description":"How a kiln makes colour.","sku":"6b0c8a4e-58a5-4b0e-9d6f-0a4a7b1a2c3d","tags":["stoneware"]}""");
        await PublishAsync(third, third);
        await FoundAsync(tenant, "stoneware colour", r => r.Count == 1 && (string?)r[0]["title"] == "Glazing and firing" && r[0].Id("thingId") == id);

        await PublishAsync(Thing(tenant, id, "Long ago", 2, """{"description":"An older text."}"""));
        await PublishAsync(Thing(tenant, id, "Glazing", 4, """{"description":"How a kiln makes celadon."}"""));
        await FoundAsync(tenant, "celadon", r => r.Count == 1);
        Assert.Empty((await tenant.SearchAsync(new { query = "older long ago stoneware", mode = "keyword" })).Results());

        await PublishAsync(Thing(tenant, id, "Glazing", 5, """{"description":"How a kiln makes celadon."}""", "archived"));
        await FoundAsync(tenant, "celadon", r => r.Count == 0);
        await PublishAsync(Thing(tenant, id, "Glazing", 6, """{"description":"How a kiln makes celadon."}"""));
        await FoundAsync(tenant, "celadon", r => r.Count == 1);

        var row = (await tenant.SearchAsync(new { query = "celadon" })).Results()[0];
        using var refused = await tenant.Client.DeleteAsync($"/api/knowledge/{row.Id()}");
        Assert.Equal("follows_thing", (string?)(await refused.ReadAsync(409))["code"]);
        Assert.Equal(1, await host.Database.ScalarAsync<long>("select count(*) from knowledge where group_id = $1", tenant.Group));
    }

    [Fact]
    public async Task An_archived_group_is_not_searched_until_it_is_restored()
    {
        var tenant = host.NewTenant();
        await PublishAsync(Thing(tenant, Guid.NewGuid(), "Selvedge", 1, "{}"));
        await FoundAsync(tenant, "selvedge", r => r.Count == 1);
        await PublishAsync(Group(tenant.Group, null, "archived", 2));
        await FoundAsync(tenant, "selvedge", r => r.Count == 0);
        await PublishAsync(Group(tenant.Group, null, "active", 3));
        await FoundAsync(tenant, "selvedge", r => r.Count == 1);
    }

    [Fact]
    public async Task A_subtree_search_has_the_groups_below_that_allow_it_and_no_other()
    {
        var (parent, open, closed) = (host.NewTenant(), host.NewTenant(), host.NewTenant());
        await PublishAsync(Group(parent.Group, null, "active", 1));
        await PublishAsync(Group(open.Group, parent.Group, "active", 1));
        await PublishAsync(Group(closed.Group, parent.Group, "active", 1, allowParent: false));
        foreach (var tenant in new[] { parent, open, closed })
        {
            await PublishAsync(Thing(tenant, Guid.NewGuid(), "Indigo vat", 1, "{}"));
            await FoundAsync(tenant, "indigo", r => r.Count == 1);
        }

        await Eventually.TrueAsync(async () =>
            (await parent.SearchAsync(new { query = "indigo", scope = "subtree" })).Results().Select(r => r.Id("groupId")).Order()
                .SequenceEqual(new[] { parent.Group, open.Group }.Order()));
        Assert.Single((await parent.SearchAsync(new { query = "indigo" })).Results());
        Assert.Single((await open.SearchAsync(new { query = "indigo", scope = "subtree" })).Results());
        Assert.Equal(2, (await parent.Client.GetAsync("/api/knowledge?scope=subtree", 200)).Results().Count);
    }

    private static ThingsChanged Thing(Tenant tenant, Guid id, string name, long version, string properties, string status = "active")
    {
        var now = TimeProvider.System.GetUtcNow();
        return new ThingsChanged(
            Guid.CreateVersion7(now), now, EventOrigin.System, [],
            [new ThingSnapshot(id, tenant.Group, "course", name, status, JsonElement.Parse(properties), now, version)]);
    }

    private static GroupsChanged Group(Guid id, Guid? parent, string status, long version, bool allowParent = true)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new GroupsChanged(Guid.CreateVersion7(now), now, EventOrigin.System, [], [new GroupSnapshot(
            id, parent, parent is { } above ? [above, id] : [id], $"g-{id:N}"[..20], "Group", "business", status, "pro", allowParent,
            new GroupSecurity(false, false), new GroupLimits(null, null, null, null, null), [], version)]);
    }

    private async Task PublishAsync(params object[] events)
    {
        var bus = _service.Services.GetRequiredService<IBus>();
        foreach (var message in events)
        {
            await bus.Publish(message, message.GetType());
        }
    }

    // Asked of another instance than the one that consumes.
    private static Task FoundAsync(Tenant tenant, string query, Predicate<List<JsonObject>> isSo)
        => Eventually.TrueAsync(async () => isSo((await tenant.SearchAsync(new { query, mode = "keyword" })).Results()));
}
