using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using OnePlatform.Gateway.Documents;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Gateway.Tests;

public sealed partial class ReadingTheDocuments(GatewayHost host) : IClassFixture<GatewayHost>
{
    [Fact]
    public async Task One_document_describes_all_services_even_when_one_is_down()
    {
        using var response = await host.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        var document = await GatewayHost.JsonAsync(response);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotNull(document["paths"]!["/api/things"]);
        Assert.NotNull(document["paths"]!["/api/health"]);
        Assert.Null(document["paths"]!["/internal/x"]);
        Assert.NotNull(document["components"]!["schemas"]!["Thing"]);
        // What lacks a part is asked for again soon.
        Assert.InRange(response.Headers.CacheControl!.MaxAge!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_service_that_was_never_heard_is_waited_for_and_one_that_was_is_remembered()
    {
        var (clock, asked, writes) = (new FakeTimeProvider(TimeProvider.System.GetUtcNow()), new SemaphoreSlim(0), new TaskCompletionSource());
        await using var slow = await StubPlatform.StartAsync();
        slow.BeforeDocument = () =>
        {
            asked.Release();
            return writes.Task;
        };
        var gateway = await host.AddGatewayAsync(clock: clock, settings: [("services:identity:http:0", slow.Address), ("services:knowledge:http:0", host.Platform.Address)]);
        using var client = gateway.CreateClient();

        var first = client.GetAsync(new Uri("/openapi/v1.json", UriKind.Relative));
        Assert.True(await asked.WaitAsync(Eventually.Deadline));
        clock.Advance(TimeSpan.FromSeconds(20));
        writes.SetResult();
        var (whole, minute) = await ReadAsync(await first);
        Assert.Equal(TimeSpan.FromMinutes(1), minute);

        writes = new TaskCompletionSource();
        clock.Advance(TimeSpan.FromMinutes(2));
        var second = client.GetAsync(new Uri("/openapi/v1.json", UriKind.Relative));
        Assert.True(await asked.WaitAsync(Eventually.Deadline));
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal((whole, TimeSpan.FromSeconds(5)), await ReadAsync(await second));
        writes.SetResult();

        static async Task<(string Document, TimeSpan Lifetime)> ReadAsync(HttpResponseMessage answer)
        {
            using var response = answer;
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return (await response.Content.ReadAsStringAsync(), response.Headers.CacheControl!.MaxAge!.Value);
        }
    }

    [Fact]
    public void Components_of_one_name_and_two_contents_are_kept_apart()
    {
        static JsonObject Part(string path, string type) => (JsonObject)JsonNode.Parse(
            $$$$$"""{"paths":{"{{{{{path}}}}}":{"get":{"x":{"$ref":"#/components/schemas/Item"}}}},"components":{"schemas":{"Item":{"type":"{{{{{type}}}}}"}}}}""")!;

        var merged = ApiDocumentMerge.Merge([], [("events", Part("/a", "object")), ("knowledge", Part("/b", "string"))], new Uri("https://x.example"));
        Assert.Equal("#/components/schemas/Item", merged["paths"]!["/a"]!["get"]!["x"]!["$ref"]!.GetValue<string>());
        Assert.Equal("#/components/schemas/KnowledgeItem", merged["paths"]!["/b"]!["get"]!["x"]!["$ref"]!.GetValue<string>());
        Assert.Equal("string", merged["components"]!["schemas"]!["KnowledgeItem"]!["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_reference_page_loads_nothing_from_elsewhere()
    {
        using var response = await host.SendAsync(HttpMethod.Get, "/docs/");
        var page = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain("cdn.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("fonts.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("//", page.Replace("<!--", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("\"telemetry\":false", page, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_problem_has_a_page()
    {
        using var list = await host.SendAsync(HttpMethod.Get, "/problems");
        Assert.Contains("ambiguous_credential", await list.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (var problem in ProblemCatalogue.All)
        {
            using var page = await host.SendAsync(HttpMethod.Get, $"/problems/{problem.Code}");
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        }

        using var unknown = await host.SendAsync(HttpMethod.Get, "/problems/no_such");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public void Every_code_that_the_sources_state_has_a_page()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "OnePlatform.sln")))
        {
            root = root.Parent!;
        }

        var known = ProblemCatalogue.All.ToDictionary(page => page.Code);
        var stated =
            from folder in new[] { "gateway", "ServiceDefaults", "services" }
            from file in Directory.EnumerateFiles(Path.Combine(root.FullName, folder), "*.cs", SearchOption.AllDirectories)
            where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            from match in StatedCode().Matches(File.ReadAllText(file))
            select match.Groups[1].Value;
        var codes = stated.Distinct().ToList();
        Assert.True(codes.Count > 100, $"Only {codes.Count} were found: the sources state them otherwise now.");
        Assert.DoesNotContain(codes, code => !known.ContainsKey(code));
    }

    [Fact]
    public async Task Health_names_the_group_of_a_credential_and_refuses_a_bad_one()
    {
        var group = Guid.NewGuid();
        var anonymous = await GatewayHost.JsonAsync(await host.SendAsync(HttpMethod.Get, "/api/health"));
        var known = await GatewayHost.JsonAsync(await host.SendAsync(HttpMethod.Get, "/api/health", ("X-API-Key", host.Platform.MakeKey(group: group))));
        using var bad = await host.SendAsync(HttpMethod.Get, "/api/health", ("X-API-Key", StubPlatform.NewKey()));
        Assert.Equal("ok", anonymous["status"]!.GetValue<string>());
        Assert.Null(anonymous["groupId"]);
        Assert.Equal(group.ToString(), known["groupId"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.Unauthorized, bad.StatusCode);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Probes_need_no_credential(string path)
    {
        using var response = await host.SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    // A code, and the sentence about it.
    [GeneratedRegex(@"""([a-z]+(?:_[a-z]+)+)"",\s*\$?""[A-Z]")]
    private static partial Regex StatedCode();
}
