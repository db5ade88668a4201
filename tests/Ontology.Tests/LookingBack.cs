using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CsCheck;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

/// <summary><c>GET /api/things/{id}?asOf=</c>.</summary>
public sealed class LookingBack(OntologyHost host) : IClassFixture<OntologyHost>
{
    private static readonly string[] s_properties = ["cost", "a.b", "tier", "properties.x"];

    private static readonly Gen<JsonObject[]> s_patches = Gen.Select(
        Gen.Int[0, 5], Gen.Int[0, s_properties.Length - 1], Gen.Int[0, 3],
        (kind, property, value) => kind switch
        {
            0 => new JsonObject { ["name"] = $"name {value}" },
            1 => new JsonObject { ["status"] = value % 2 == 0 ? "published" : "active" },
            2 => new JsonObject { ["externalId"] = value == 0 ? null : $"x{value}" },
            3 => new JsonObject { ["properties"] = new JsonObject { [s_properties[property]] = null } },
            _ => new JsonObject { ["properties"] = new JsonObject { [s_properties[property]] = new JsonObject { ["deep"] = value } } },
        }).Array[1, 8];

    [Fact]
    public async Task Whatever_happened_since_a_thing_is_answered_as_it_was() => await s_patches.SampleAsync(
        async patches =>
        {
            var tenant = await host.TenantAsync();
            var states = new List<JsonObject> { await tenant.ThingAsync("first", properties: new { cost = 1, kept = "t" }) };
            var path = $"/api/things/{states[0].Id()}";
            foreach (var patch in patches)
            {
                using var changed = await tenant.Client.PatchAsJsonAsync(path, patch);
                states.Add(await changed.OkAsync());
            }

            await tenant.Client.DeleteAsync(path);
            using var archived = await tenant.Client.GetAsync(path);
            states.Add(await archived.OkAsync());
            using var restored = await tenant.Client.PostAsync($"{path}/restore", content: null);
            states.Add(await restored.OkAsync());

            foreach (var state in states)
            {
                // A time has milliseconds on the wire and microseconds in the table: the end of the millisecond is meant.
                var millisecond = (string)state["updatedAt"]!;
                var expected = states.Last(s => (string)s["updatedAt"]! == millisecond);
                using var then = await tenant.Client.GetAsync($"{path}?asOf={millisecond.TrimEnd('Z')}9999Z");
                var answered = await then.OkAsync();
                Assert.True(JsonNode.DeepEquals(expected, answered), $"{expected}\n{answered}");
            }
        },
        iter: 20, threads: 1);

    [Fact]
    public async Task Before_it_was_there_it_is_absent_and_a_customer_sees_what_was_published_then()
    {
        var (tenant, stranger) = (await host.TenantAsync(), await host.TenantAsync());
        var thing = await tenant.ThingAsync("n");
        var path = $"/api/things/{thing.Id()}";
        using var before = await tenant.Client.GetAsync($"{path}?asOf=2020-01-01T00:00:00Z");
        Assert.Equal(HttpStatusCode.NotFound, before.StatusCode);
        using var published = await tenant.Client.PatchAsJsonAsync(path, new { status = "published" });
        await published.OkAsync();
        using var customer = host.As(Guid.NewGuid(), tenant.Group, Role.Customer);
        using var now = await customer.GetAsync($"{path}?asOf=2100-01-01T00:00:00Z");
        await now.OkAsync();
        using var then = await customer.GetAsync($"{path}?asOf={Uri.EscapeDataString((string)thing["createdAt"]!)}");
        Assert.Equal(HttpStatusCode.NotFound, then.StatusCode);
        using var foreign = await stranger.Client.GetAsync($"{path}?asOf=2100-01-01T00:00:00Z");
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2026-01-31")]
    [InlineData("")]
    public async Task A_moment_that_is_none_is_refused(string asOf)
    {
        var tenant = await host.TenantAsync();
        using var answer = await tenant.Client.GetAsync($"/api/things/{Guid.NewGuid()}?asOf={asOf}");
        Assert.Equal("/asOf", (string?)(await answer.ProblemAsync(400, "invalid_parameter"))["errors"]![0]!["pointer"]);
    }
}
