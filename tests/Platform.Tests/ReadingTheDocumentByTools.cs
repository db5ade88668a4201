using System.Diagnostics;
using System.Text.RegularExpressions;

namespace OnePlatform.Platform.Tests;

/// <summary>What other people's tools make of the API document: two linters, and a client generated from it.</summary>
[Collection(RunningPlatform.Name)]
public sealed partial class ReadingTheDocumentByTools(PlatformFixture platform)
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);
    private static readonly Lazy<Task<string>> s_folder = new(InstallAsync);
    private const string Document = "openapi.json";

    [Fact]
    public async Task Redocly_finds_no_error_in_it()
    {
        var folder = await PrepareAsync();
        await RunAsync(folder, "node", "node_modules/@redocly/cli/bin/cli.js", "lint", "--config", "redocly.yaml", Document);
    }

    [Fact]
    public async Task Spectral_finds_no_error_in_it_by_the_recommended_and_the_OWASP_rules()
    {
        var folder = await PrepareAsync();
        await RunAsync(
            folder, "node", "node_modules/@stoplight/spectral-cli/dist/index.js", "lint", "--ruleset", "spectral.yaml", "--fail-severity", "error",
            "--display-only-failures", Document);
    }

    [Fact]
    public async Task Rules_are_only_switched_off_and_each_with_its_reason()
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(await s_folder.Value, "spectral.yaml"));
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
        var folder = await PrepareAsync();
        await RunAsync(
            folder, "node", "node_modules/openapi-typescript/bin/cli.js", Document, "--default-non-nullable", "false", "--output", "made/schema.d.ts");
        await RunAsync(folder, "node", "node_modules/typescript/lib/tsc.js");
        var output = await RunAsync(folder, "node", "made/tour.js", platform.Platform.BaseAddress.GetLeftPart(UriPartial.Authority), platform.DemoKey);

        Assert.EndsWith("complete", output.TrimEnd(), StringComparison.Ordinal);
        var used = output.Split('\n');
        var readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"));
        var tour = readme[readme.IndexOf("## A tour", StringComparison.Ordinal)..];
        var routes = Route().Matches(tour[..tour.IndexOf("\n## ", 1, StringComparison.Ordinal)]).Select(r => r.Groups[1].Value).Distinct().ToList();
        Assert.True(routes.Count >= 5, "The README has lost its tour.");
        Assert.All(routes, route => Assert.Contains(used, line => line.Contains(route, StringComparison.Ordinal)));
    }

    private async Task<string> PrepareAsync()
    {
        var folder = await s_folder.Value;
        await File.WriteAllTextAsync(Path.Combine(folder, Document), await DocumentingTheApi.ReadAsync(platform));
        return folder;
    }

    private static async Task<string> InstallAsync()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "clients");
        await RunAsync(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        return folder;
    }

    private static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["REDOCLY_TELEMETRY"] = "off", ["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true" },
        })!;
        using var deadline = new CancellationTokenSource(s_deadline);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        Assert.True(process.ExitCode == 0, $"{program} {arguments[0]}: {await output}{await error}");
        return await output;
    }

    [GeneratedRegex(@"\$GATEWAY(/api/[a-z/-]+[a-z])")]
    private static partial Regex Route();
}
