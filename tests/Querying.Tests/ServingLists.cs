using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OnePlatform.Querying.Documents;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;

namespace OnePlatform.Querying.Tests;

/// <summary>The parts together behind HTTP, as an endpoint uses them.</summary>
public sealed class ServingLists : IAsyncLifetime, IDisposable
{
    private readonly HttpClient _client = new();
    private WebApplication _app = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["Querying:CursorKey"] = new string('k', 32);
        builder.Services.AddQuerying().AddOpenApi();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.MapOpenApi();
        _app.MapGet("/rows", List).WithMetadata(TestRow.List);
        _app.MapPatch("/rows", (JsonObjectBody body) => body.Error is { } error ? Results.BadRequest(error) : Results.Ok(body.Value));
        await _app.StartAsync();
        _client.BaseAddress = new Uri(_app.Urls.Single());
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_page_is_written_without_what_it_lacks()
        => Assert.Equal(
            """{"results":[{"id":1,"name":"a","stock":5},{"id":2,"name":"b","stock":6}],"hasMore":false}""",
            await _client.GetStringAsync("/rows"));

    [Fact]
    public async Task Rows_are_cut_to_the_fields_asked_for()
    {
        var page = await _client.GetFromJsonAsync<JsonObject>("/rows?limit=1&fields=name&count=exact");
        Assert.Equal("""[{"id":1,"name":"a"}]""", page!["results"]!.ToJsonString());
        Assert.True(page["hasMore"]!.GetValue<bool>());
        Assert.Equal(2, page["total"]!.GetValue<int>());
        Assert.NotNull(page["cursor"]);
    }

    [Fact]
    public async Task What_is_wrong_comes_back_as_values()
    {
        var answer = await _client.GetAsync(new Uri("/rows?limit=x&filter=name%3D", UriKind.Relative));
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal(2, (await answer.Content.ReadFromJsonAsync<JsonArray>())!.Count);
    }

    [Fact]
    public async Task A_body_is_bound_or_refused()
    {
        Assert.Equal("""{"a":null}""", await Patch("""{"a":null}"""));
        Assert.Contains("invalid_body", await Patch("[]"), StringComparison.Ordinal);
        Assert.Contains("content_too_large", await Patch($"\"{new string('x', JsonObjectBody.MostBytes)}\""), StringComparison.Ordinal);

        async Task<string> Patch(string body)
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/merge-patch+json");
            return await (await _client.PatchAsync(new Uri("/rows", UriKind.Relative), content)).Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task Parameters_and_answer_are_described()
    {
        var document = await _client.GetFromJsonAsync<JsonObject>("/openapi/v1.json");
        var operation = document!["paths"]!["/rows"]!["get"]!;
        Assert.Equal(
            ["limit", "cursor", "sort", "filter", "fields", "count", "scope", "includeArchived", "status", "label", "owner", "createdSince", "createdUntil", "q"],
            operation["parameters"]!.AsArray().Select(p => p!["name"]!.GetValue<string>()));
        Assert.All(operation["parameters"]!.AsArray(), p => Assert.Equal("query", p!["in"]!.GetValue<string>()));
        Assert.NotNull(operation["responses"]!["200"]!["content"]!["application/json"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("short")]
    public async Task A_service_does_not_start_without_a_key(string? key)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["Querying:CursorKey"] = key;
        builder.Services.AddQuerying();
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());
    }

    private static Results<ListOk<Row>, BadRequest<IReadOnlyList<QueryError>>> List(ListQuery query, CursorSigner cursors)
    {
        if (!TestRow.List.TryPlan(query, Listing.Group, cursors, out var plan, out var errors))
        {
            return TypedResults.BadRequest(errors);
        }

        Row[] rows = [new Row(1, "a", 5), new Row(2, "b", 6)];
        var page = plan.PageOf(rows, r => [DateTimeOffset.UnixEpoch, Guid.Empty], plan.Count == CountMode.Exact ? rows.Length : null);
        return new ListOk<Row>(page, plan.Fields);
    }

    private sealed record Row(int Id, string Name, int Stock);
}
