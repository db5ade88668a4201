using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePlatform.Ontology.Types;

namespace OnePlatform.Ontology.Tests;

/// <summary>Each documented thing type takes its own example and tells where a value is of the wrong kind.</summary>
public sealed class ThingTypesByExample(ThingTypesByExample.Fixture fixture) : IClassFixture<ThingTypesByExample.Fixture>
{
    private static readonly TypeRegistry s_types = new();

    public static TheoryData<string> Types => [.. s_types.ThingTypes.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Types))]
    public async Task A_type_takes_its_example_and_points_at_every_wrong_value(string type)
    {
        var client = fixture.Tenant!.Client;
        using var asked = await client.GetAsync($"/api/ontology/thing-types/{type}");
        var schema = (await asked.OkAsync())["schema"]!.AsObject();
        var example = Assert.Single(schema["examples"]!.AsArray())!.AsObject();
        var properties = schema["properties"]!.AsObject();
        Assert.Equal(properties.Select(p => p.Key).Order(), example.Select(p => p.Key).Order());
        using var right = await client.PostAsJsonAsync("/api/things?strict=true", new { type, name = "right", properties = example });
        Assert.Equal(HttpStatusCode.Created, right.StatusCode);

        var typed = properties.Where(p => p.Value!["type"] is not null || p.Value["enum"] is not null).Select(p => p.Key).ToList();
        var wrong = typed.ConvertAll(name => new { type, name, properties = WithWrong(example, name, properties[name]!) });
        using var refused = await client.PostAsJsonAsync("/api/things/bulk", new { items = wrong });
        var errors = (await refused.OkAsync())["errors"]!.AsArray();
        Assert.Equal(typed.Select(name => $"/properties/{name}"), errors.Select(e => (string)e!["pointer"]!));
        if (typed.Count > 0)
        {
            using var alone = await client.PostAsJsonAsync("/api/things", wrong[0]);
            var problem = await alone.ProblemAsync(400, (string)errors[0]!["code"]!);
            Assert.Equal($"/properties/{typed[0]}", (string?)problem["errors"]![0]!["pointer"]);
        }
    }

    /// <summary>A value of a kind that the property does not take.</summary>
    private static JsonObject WithWrong(JsonObject example, string name, JsonNode schema)
    {
        var kinds = schema["type"] is JsonArray several ? several.Select(k => (string)k!).ToList() : [(string?)schema["type"] ?? "string"];
        var wrong = example.DeepClone().AsObject();
        wrong[name] = kinds.Contains("boolean") ? "true" : JsonValue.Create(true);
        return wrong;
    }

    public sealed class Fixture : IAsyncLifetime
    {
        private readonly OntologyHost _host = new();

        public Tenant? Tenant { get; private set; }

        public async Task InitializeAsync()
        {
            await _host.InitializeAsync();
            Tenant = await _host.TenantAsync();
        }

        public Task DisposeAsync() => _host.DisposeAsync();
    }
}
