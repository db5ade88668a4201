using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
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

    [Theory]
    [InlineData("")]
    [InlineData("type=note&sort=name")]
    [InlineData("sort=-properties.rank,name&includeArchived=true")]
    [InlineData("filter=properties.rank>3 OR NOT properties.rank:*&sort=createdAt")]
    public async Task An_export_of_many_pages_has_what_the_list_has_in_the_same_order(string question)
    {
        var tenant = await ManyThingsAsync();
        var listed = new List<Guid>();
        for (JsonObject? page = null; page is null || (bool)page["hasMore"]!;)
        {
            var after = page is null ? "" : $"&cursor={(string)page["cursor"]!}";
            using var answer = await tenant.Client.GetAsync($"/api/things?limit=200&{question}{after}");
            page = await answer.OkAsync();
            listed.AddRange(page["results"]!.AsArray().Select(r => r!.AsObject().Id()));
        }

        Assert.True(listed.Count > 2_000, $"{listed.Count}");
        using var export = await tenant.Client.GetAsync($"/api/things/export?{question}");
        Assert.Equal(listed, Lines(await export.Content.ReadAsStringAsync()).Select(l => l.Id()));
    }

    [Fact]
    public async Task A_reader_of_an_export_that_stops_reading_holds_no_connection()
    {
        var tenant = await ManyThingsAsync();
        await using var narrow = host.InstanceWith(("Database:MaxPoolSize", "1"));
        using var client = narrow.ClientWith(host.Tokens.ForPerson(tenant.Person, tenant.Group));
        var stalled = new List<(HttpResponseMessage Answer, StreamReader Lines, string First)>();
        for (var i = 0; i < 3; i++)
        {
            // A page is more than the buffers on the way hold.
            var answer = await client.GetAsync("/api/things/export?sort=name", HttpCompletionOption.ResponseHeadersRead);
            var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
            stalled.Add((answer, lines, (await lines.ReadLineAsync())!));
        }

        for (var i = 0; i < 5; i++)
        {
            using var list = await client.GetAsync("/api/things?limit=5");
            Assert.Equal(5, (await list.OkAsync())["results"]!.AsArray().Count);
        }

        foreach (var (answer, lines, first) in stalled)
        {
            Assert.Equal(2_490, Lines(first + "\n" + await lines.ReadToEndAsync()).Select(l => l.Id()).Distinct().Count());
            lines.Dispose();
            answer.Dispose();
        }
    }

    [Theory]
    [InlineData("limit")]
    [InlineData("count")]
    [InlineData("cursor")]
    public async Task An_export_is_the_whole_list_and_takes_no_part_of_it(string parameter)
    {
        var tenant = await host.TenantAsync();
        using var answer = await tenant.Client.GetAsync($"/api/things/export?{parameter}=5");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Contains(problem["errors"]!.AsArray(), e => ((string)e!["code"]!, (string)e["pointer"]!) == ("unknown_parameter", $"/{parameter}"));
    }

    [Fact]
    public async Task A_spreadsheet_gets_no_formulas_and_a_program_gets_what_was_stored()
    {
        var tenant = await host.TenantAsync();
        string[] names = ["=HYPERLINK(\"http://example.org\",\"Ada\")", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "Ada"];
        foreach (var name in names)
        {
            await tenant.ThingAsync(name, externalId: $"={name}");
        }

        var csv = await tenant.Client.GetStringAsync("/api/things/export?format=csv&sort=createdAt");
        foreach (var cell in new[] { "\"'=HYPERLINK(\"\"http://example.org\"\",\"\"Ada\"\")\"", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "'=1", "Ada" })
        {
            Assert.Contains($",note,{cell},active,", csv, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(",=", csv, StringComparison.Ordinal);
        var lines = Lines(await tenant.Client.GetStringAsync("/api/things/export?sort=createdAt")).ToArray();
        Assert.Equal(names, lines.Select(l => (string)l["name"]!));
        var other = await host.TenantAsync();
        var progress = await ImportAsync(other, string.Join('\n', lines.Select(l => new JsonObject(
            new[] { "type", "name", "properties", "externalId" }.Select(m => KeyValuePair.Create(m, l[m]?.DeepClone()))).ToJsonString())));
        Assert.Equal((7, 7, 0), Counts(progress[^1]));
        Assert.Equal(names.Order(StringComparer.Ordinal), Lines(await other.Client.GetStringAsync("/api/things/export"))
            .Select(l => (string)l["name"]!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_export_has_the_fields_that_are_asked_for_and_the_id()
    {
        var tenant = await host.TenantAsync();
        var id = (await tenant.ThingAsync("one", "note", new { rank = 3, text = "x" }, externalId: "e1")).Id();
        var line = Lines(await tenant.Client.GetStringAsync("/api/things/export?fields=name,properties.rank")).Single();
        Assert.Equal($$$"""{"id":"{{{id}}}","name":"one","properties":{"rank":3}}""", line.ToJsonString());
        Assert.Equal(
            $"id,name,properties\r\n{id},one,\"{{\"\"rank\"\":3}}\"\r\n",
            await tenant.Client.GetStringAsync("/api/things/export?format=csv&fields=properties.rank,name"));
        Assert.Equal($"id,groupId\r\n{id},{tenant.Group}\r\n", await tenant.Client.GetStringAsync("/api/things/export?format=csv&fields=groupId"));
        using var unknown = await tenant.Client.GetAsync("/api/things/export?fields=colour");
        await unknown.ProblemAsync(400, "invalid_fields");
    }

    /// <summary>Of several pages of an export: many of one name, some without a rank, ten archived.</summary>
    private async Task<Tenant> ManyThingsAsync()
    {
        var tenant = await host.TenantAsync();
        var text = new string('x', 100);
        var progress = await ImportAsync(tenant, string.Join('\n', Enumerable.Range(0, 2_500).Select(i => JsonSerializer.Serialize(
            new { type = "note", name = $"n{i % 7}", properties = i % 5 == 0 ? (object)new { } : new { rank = i % 31, text } }))));
        Assert.Equal("done", (string?)progress[^1]["state"]);
        await host.Database.ScalarAsync<int>(
            "update things set archived_at = now() where id in (select id from things where group_id = $1 order by id limit 10) returning 1", tenant.Group);
        return tenant;
    }

    private static IEnumerable<JsonObject> Lines(string export)
        => export.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!.AsObject());

    private static (int, int, int) Counts(JsonObject progress) => ((int)progress["lines"]!, (int)progress["created"]!, (int)progress["skipped"]!);

    private static async Task<List<JsonObject>> ImportAsync(Tenant tenant, string lines)
    {
        using var answer = await tenant.Client.PostAsync("/api/things/import", new StringContent(lines, Encoding.UTF8, "application/x-ndjson"));
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, body);
        return [.. body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!.AsObject())];
    }
}
