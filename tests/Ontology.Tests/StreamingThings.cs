using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace OnePlatform.Ontology.Tests;

public sealed class StreamingThings(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task An_import_that_is_sent_again_doubles_nothing()
    {
        var tenant = await host.TenantAsync();
        var lines = string.Join('\n', Enumerable.Range(0, 2_500).Select(i => $$"""{"type":"note","name":"n{{i}}","externalId":"x{{i}}"}"""));
        var first = await ImportAsync(tenant, lines + "\n");
        Assert.Equal(["running", "running", "running", "done"], first.Select(p => (string)p["state"]!));
        Assert.Equal((2_500, 2_500, 0), Counts(first[^1]));
        var second = await ImportAsync(tenant, lines);
        Assert.Equal((2_500, 0, 2_500), Counts(second[^1]));
        Assert.Equal(2_500, await host.Database.ScalarAsync<long>("select count(*) from things where group_id = $1", tenant.Group));
    }

    [Fact]
    public async Task Lines_that_are_wrong_are_told_by_number_and_the_rest_is_stored()
    {
        var tenant = await host.TenantAsync();
        var progress = await ImportAsync(tenant, """
            {"type":"note","name":"right"}
            not json

            {"type":"nothing","name":"wrong"}
            {"type":"note","name":"last"}
            """);
        Assert.Equal((2, 2, 5), ((int)progress[^1]["created"]!, (int)progress[^1]["failed"]!, (int)progress[^1]["lines"]!));
        Assert.Equal([2, 4], progress.SelectMany(p => p["errors"]?.AsArray() ?? []).Select(e => (int)e!["line"]!).Order());
    }

    [Fact]
    public async Task An_import_stops_with_the_reason_when_the_quota_is_used_up()
    {
        var tenant = await host.TenantAsync("friend_circle");
        var progress = await ImportAsync(tenant, string.Join('\n', Enumerable.Repeat("""{"type":"note","name":"n"}""", 1_500)));
        Assert.Equal(("stopped", "quota_exceeded"), ((string?)progress[^1]["state"], (string?)progress[^1]["code"]));
        Assert.Equal(1_000, await host.Database.ScalarAsync<long>("select count(*) from things where group_id = $1", tenant.Group));
    }

    [Fact]
    public async Task An_import_is_lines_of_json_and_nothing_else()
    {
        var tenant = await host.TenantAsync();
        using var answer = await tenant.Client.PostAsJsonAsync("/api/things/import", new { type = "note", name = "n" });
        await answer.ProblemAsync(415, "unsupported_media_type");
    }

    [Fact]
    public async Task An_export_is_the_whole_list_and_comes_back_in()
    {
        var (tenant, other) = (await host.TenantAsync(), await host.TenantAsync());
        for (var i = 0; i < 3; i++)
        {
            await tenant.ThingAsync($"quoted \"{i}\", with comma", "note", new { text = "line\nbreak" }, externalId: $"e{i}");
        }

        await tenant.ThingAsync("other type", "course");
        await other.ThingAsync("foreign");
        using var all = await tenant.Client.GetAsync("/api/things/export?type=note&sort=name");
        Assert.Equal("application/x-ndjson", all.Content.Headers.ContentType?.MediaType);
        var lines = (await all.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["e0", "e1", "e2"], lines.Select(l => (string)JsonNode.Parse(l)!["externalId"]!));
        using var csv = await tenant.Client.GetAsync("/api/things/export?format=csv&type=note&sort=name");
        var text = await csv.Content.ReadAsStringAsync();
        Assert.StartsWith("id,type,name,status,", text);
        Assert.Contains("\"quoted \"\"0\"\", with comma\"", text);
        using var wrong = await tenant.Client.GetAsync("/api/things/export?format=xml");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    private static (int, int, int) Counts(JsonObject progress) => ((int)progress["lines"]!, (int)progress["created"]!, (int)progress["skipped"]!);

    private static async Task<List<JsonObject>> ImportAsync(Tenant tenant, string lines)
    {
        using var answer = await tenant.Client.PostAsync("/api/things/import", new StringContent(lines, Encoding.UTF8, "application/x-ndjson"));
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, body);
        return [.. body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!.AsObject())];
    }
}
