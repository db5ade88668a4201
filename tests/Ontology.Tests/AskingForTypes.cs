using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

public sealed class AskingForTypes(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task The_counts_are_the_documented_ones()
    {
        using var client = host.As(Guid.NewGuid(), group: null, Role.None);
        using var answer = await client.GetAsync("/api/ontology");
        var counts = (await answer.OkAsync())["counts"]!;
        Assert.Equal((66, 11, 31, 72, 6), (
            (int)counts["thingTypes"]!, (int)counts["extensionThingTypes"]!, (int)counts["connectionTypes"]!, (int)counts["eventTypes"]!, (int)counts["groupTypes"]!));
        using var types = await client.GetAsync("/api/ontology/thing-types");
        Assert.Equal(77, (await types.OkAsync())["results"]!.AsArray().Select(t => (string)t!["name"]!).Distinct().Count());
    }

    [Fact]
    public async Task A_type_is_found_by_either_name_and_an_unknown_one_not()
    {
        using var client = host.As(Guid.NewGuid(), group: null, Role.None);
        using var alias = await client.GetAsync("/api/ontology/connection-types/follows");
        Assert.Equal("following", (string?)(await alias.OkAsync())["name"]);
        using var unknown = await client.GetAsync("/api/ontology/thing-types/nothing");
        Assert.Equal(System.Net.HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Every_event_type_of_the_log_is_listed()
    {
        using var client = host.As(Guid.NewGuid(), group: null, Role.None);
        using var answer = await client.GetAsync("/api/ontology/event-types");
        var names = (await answer.OkAsync())["results"]!.AsArray().Select(t => (string)t!["name"]!).ToList();
        Assert.Empty(new[] { "webhook_created", "events_purged", "bulk_operation", "type_created" }.Except(names));
        Assert.Equal(names.Count, names.Distinct().Count());
    }
}
