using System.Net;
using System.Text.Json.Nodes;
using OnePlatform.Contracts;
using Xunit;

namespace OnePlatform.Events.Tests;

public sealed class ExportingEvents(EventsHost host) : IClassFixture<EventsHost>
{
    [Fact]
    public async Task The_whole_log_comes_as_lines_in_order_and_none_of_anothers()
    {
        var group = Guid.NewGuid();
        await host.RecordAsync([.. Enumerable.Range(0, 2300).Select(i => EventsHost.Line(i % 23 == 0 ? Guid.NewGuid() : group, i % 2 == 0 ? "x.even" : "x.odd"))]);
        using var client = host.ClientIn(group);

        var lines = await LinesAsync(client, "/api/events/export", "application/x-ndjson");
        Assert.Equal(Enumerable.Range(1, 2200).Select(p => (long)p), lines.Select(l => JsonNode.Parse(l)!["position"]!.GetValue<long>()));
        var some = await LinesAsync(client, "/api/events/export?type=x.even&afterPosition=1000", "application/x-ndjson");
        Assert.All(some, l => Assert.Equal("x.even", JsonNode.Parse(l)!["type"]!.GetValue<string>()));
        Assert.All(some, l => Assert.True(JsonNode.Parse(l)!["position"]!.GetValue<long>() > 1000));
    }

    [Fact]
    public async Task A_spreadsheet_gets_columns_and_no_formulas()
    {
        var group = Guid.NewGuid();
        var line = EventsHost.Line(group) with { Metadata = System.Text.Json.JsonElement.Parse("""{"a":"b,c"}""") };
        await host.RecordAsync(TimeProvider.System.GetUtcNow(), EventOrigin.System with { UserAgent = "=cmd|' /C calc'!A0" }, line);
        using var client = host.ClientIn(group);

        var lines = await LinesAsync(client, "/api/events/export?format=csv", "text/csv");
        Assert.Equal(2, lines.Count);
        Assert.Equal(18, lines[0].Split(',').Length);
        Assert.StartsWith($"{line.Id},1,{group},x.test,test,system,,,,,", lines[1], StringComparison.Ordinal);
        Assert.Contains("\"{\"\"a\"\": \"\"b,c\"\"}\"", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(",'=cmd|' /C calc'!A0", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_has_the_fields_that_are_asked_for_and_the_id()
    {
        var group = Guid.NewGuid();
        var line = EventsHost.Line(group) with { Metadata = System.Text.Json.JsonElement.Parse("""{"a":1,"b":2}""") };
        await host.RecordAsync(line);
        using var client = host.ClientIn(group);

        var lines = await LinesAsync(client, "/api/events/export?fields=metadata.a,type", "application/x-ndjson");
        Assert.Equal([$$$"""{"id":"{{{line.Id}}}","type":"x.test","metadata":{"a":1}}"""], lines);
        var csv = await LinesAsync(client, "/api/events/export?format=csv&fields=metadata.a,type", "text/csv");
        Assert.Equal(["id,type,metadata", $"{line.Id},x.test,\"{{\"\"a\"\":1}}\""], csv);
    }

    [Theory]
    [InlineData("?format=xml")]
    [InlineData("?fields=colour")]
    [InlineData("?limit=5")]
    [InlineData("?beforePosition=9")]
    [InlineData("?scope=subtree")]
    [InlineData("?cursor=abc")]
    [InlineData("?colour=red")]
    public async Task A_bad_question_is_refused(string query)
    {
        using var client = host.ClientIn(Guid.NewGuid());
        using var response = await client.GetAsync($"/api/events/export{query}");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private static async Task<List<string>> LinesAsync(HttpClient client, string path, string mediaType)
    {
        using var response = await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(mediaType, response.Content.Headers.ContentType?.MediaType);
        return [.. (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.TrimEnd('\r'))];
    }
}
