using System.Text.RegularExpressions;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests;

/// <summary>What other people's tools make of the API document: two linters, and a client generated from it.</summary>
[Collection(RunningPlatform.Name)]
public sealed partial class ReadingTheDocumentByTools(PlatformFixture platform)
{
    private const string Document = "openapi.json";

    [Fact]
    public async Task Redocly_finds_no_error_in_it()
    {
        await PrepareAsync();
        await RunAsync("node_modules/@redocly/cli/bin/cli.js", "lint", "--config", "redocly.yaml", Document);
    }

    [Fact]
    public async Task Spectral_finds_no_error_in_it_by_the_recommended_and_the_OWASP_rules()
    {
        await PrepareAsync();
        await RunAsync(
            "node_modules/@stoplight/spectral-cli/dist/index.js", "lint", "--ruleset", "spectral.yaml", "--fail-severity", "error",
            "--display-only-failures", Document);
    }

    [Fact]
    public async Task Rules_are_only_switched_off_and_each_with_its_reason()
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(NodeClients.Folder, "spectral.yaml"));
        var rules = lines.SkipWhile(line => line != "rules:").Skip(1).Select(line => line.Trim()).ToList();
        Assert.NotEmpty(rules);
        for (var i = 0; i < rules.Count; i++)
        {
            Assert.True(rules[i].StartsWith('#') || rules[i].EndsWith(": off", StringComparison.Ordinal), rules[i]);
            Assert.True(rules[i].StartsWith('#') || (i > 0 && rules[i - 1].StartsWith('#')), $"{rules[i]} has no reason.");
        }
    }

    [Fact]
    public async Task A_client_generated_from_it_walks_the_tour_of_the_README()
    {
        await PrepareAsync();
        await RunAsync(
            "node_modules/openapi-typescript/bin/cli.js", Document, "--default-non-nullable", "false", "--output", "made/schema.d.ts");
        await RunAsync("node_modules/typescript/lib/tsc.js");
        var output = await RunAsync("made/tour.js", platform.Platform.BaseAddress.GetLeftPart(UriPartial.Authority), platform.DemoKey);

        Assert.EndsWith("complete", output.TrimEnd(), StringComparison.Ordinal);
        var used = output.Split('\n');
        var readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"));
        var tour = readme[readme.IndexOf("## A tour", StringComparison.Ordinal)..];
        var routes = Route().Matches(tour[..tour.IndexOf("\n## ", 1, StringComparison.Ordinal)]).Select(r => r.Groups[1].Value).Distinct().ToList();
        Assert.True(routes.Count >= 5, "The README has lost its tour.");
        Assert.All(routes, route => Assert.Contains(used, line => line.Contains(route, StringComparison.Ordinal)));
    }

    private async Task PrepareAsync()
        => await File.WriteAllTextAsync(Path.Combine(NodeClients.Folder, Document), await DocumentingTheApi.ReadAsync(platform));

    private static Task<string> RunAsync(params string[] command)
        => NodeClients.RunAsync(command, environment: [("REDOCLY_TELEMETRY", "off"), ("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")]);

    [GeneratedRegex(@"\$GATEWAY(/api/[a-z/-]+[a-z])")]
    private static partial Regex Route();
}
