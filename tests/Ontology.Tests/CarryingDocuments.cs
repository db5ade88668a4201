using System.Text;
using System.Text.Json.Nodes;

namespace OnePlatform.Ontology.Tests;

/// <summary>Properties of any shape go in as they are written and come out as they went in.</summary>
public sealed class CarryingDocuments(OntologyHost host) : IClassFixture<OntologyHost>
{
    private const string Properties =
        """
        {
          "text": "</script> \u003c & ünïcode 😀 \u2028 \"quoted\"",
          "precise": 0.1000000000000000055511151231257827, "large": 12345678901234567890, "minus": -0.0,
          "nested": { "list": [ 1, [ ], { }, null, true, "line\nbreak" ] },
          "": "no name"
        }
        """;

    [Fact]
    public async Task They_are_the_same_when_made_read_listed_and_exported_and_an_export_has_a_line_for_each()
    {
        var tenant = await host.TenantAsync();
        for (var n = 0; n < 2; n++)
        {
            using var body = new StringContent($$"""{"type":"note","name":"Thing {{n}}","properties":{{Properties}}}""", Encoding.UTF8, "application/json");
            using var made = await tenant.Client.PostAsync("/api/things", body);
            var answer = await made.Content.ReadAsStringAsync();
            Assert.DoesNotContain('\n', answer);
            var thing = JsonNode.Parse(answer)!;
            AssertSame(thing);
            using var read = await tenant.Client.GetAsync($"/api/things/{(string)thing["id"]!}");
            AssertSame(await read.OkAsync());
        }

        using var listed = await tenant.Client.GetAsync("/api/things?type=note");
        var page = await listed.OkAsync();
        Assert.Equal(2, page["results"]!.AsArray().Count);
        Assert.All(page["results"]!.AsArray(), thing => AssertSame(thing!));

        var exported = (await tenant.Client.GetStringAsync("/api/things/export")).TrimEnd('\n').Split('\n');
        Assert.Equal(2, exported.Length);
        Assert.All(exported, line => AssertSame(JsonNode.Parse(line)!));
    }

    private static void AssertSame(JsonNode thing) => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Properties), thing["properties"]), thing.ToJsonString());
}
