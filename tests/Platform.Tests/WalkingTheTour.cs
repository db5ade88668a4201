using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Npgsql;
using OnePlatform.AppHost;

namespace OnePlatform.Platform.Tests;

/// <summary>
/// The README's tour and every page of <c>docs</c>, pasted into a shell as they stand. A block of <c>sh</c> that is followed by a block of <c>json</c> must give
/// that answer; <c>"…"</c> in it stands for any value, and members it does not show may be there.
/// </summary>
[Collection(RunningPlatform.Name)]
public sealed partial class WalkingTheTour(PlatformFixture platform)
{
    private const string Mark = "@@next@@";

    public static TheoryData<string> Pages => [.. PagesWithCommands()];

    [Fact]
    public async Task Every_command_of_the_tour_gives_the_answer_shown()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"));
        var tour = readme[readme.IndexOf("## A tour", StringComparison.Ordinal)..];
        await WalkAsync(tour[..tour.IndexOf("\n## ", 1, StringComparison.Ordinal)], atLeast: 6);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Every_command_of_a_page_gives_the_answer_shown(string page)
        => await WalkAsync(await File.ReadAllTextAsync(Path.Combine(Repository.Root, page)), atLeast: 1);

    [Fact]
    public void Each_kind_of_user_has_a_page_that_is_walked()
        => Assert.Superset(new HashSet<string> { "docs/quickstart/client.md", "docs/quickstart/dotnet.md", "docs/quickstart/operator.md" }, PagesWithCommands().ToHashSet());

    private static IEnumerable<string> PagesWithCommands() => Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
        .Where(file => File.ReadAllText(file).Contains("\n```sh\n", StringComparison.Ordinal))
        .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal);

    private async Task WalkAsync(string text, int atLeast)
    {
        var steps = Steps(text);
        Assert.True(steps.Count >= atLeast, "The page has lost its commands.");

        var answers = await RunAsync(steps.Select(s => s.Command));

        Assert.Equal(steps.Count, answers.Count);
        foreach (var (step, answer) in steps.Zip(answers).Where(pair => pair.First.Expected is not null))
        {
            Assert.True(answer.TrimStart().StartsWith('{'), $"{step.Command}\ngave no JSON but: {answer}");
            Same(JsonNode.Parse(step.Expected!), JsonNode.Parse(answer), step.Command, answer);
        }
    }

    private static List<Step> Steps(string text)
    {
        var blocks = Block().Matches(text).Select(b => (Kind: b.Groups[1].Value, Text: b.Groups[2].Value)).ToList();
        return [.. blocks.Select((b, i) => (b, Next: i + 1 < blocks.Count ? blocks[i + 1] : default))
            .Where(pair => pair.b.Kind == "sh")
            .Select(pair => new Step(pair.b.Text, pair.Next.Kind == "json" ? pair.Next.Text : null))];
    }

    private async Task<List<string>> RunAsync(IEnumerable<string> commands)
    {
        var script = new StringBuilder("set -e\n");
        foreach (var command in commands)
        {
            script.Append(command).Append('\n').Append("echo; echo ").Append(Mark).Append('\n');
        }

        // Where a reader stands in the clone with its .data, the test stands beside its own platform's.
        var here = Directory.CreateTempSubdirectory("tour").FullName;
        Directory.CreateSymbolicLink(Path.Combine(here, ".data"), Path.GetDirectoryName(platform.Platform.DemoFile)!);
        Directory.CreateSymbolicLink(Path.Combine(here, "deploy"), Path.Combine(Repository.Root, "deploy"));
        var start = new ProcessStartInfo("bash", ["-c", script.ToString().Replace("http://localhost:8080", platform.Platform.BaseAddress.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)])
        {
            WorkingDirectory = here,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // As an operator has them: where PostgreSQL is, for the pages that speak to it.
        var postgres = new NpgsqlConnectionStringBuilder(platform.Platform.ConnectionString(ResourceNames.Postgres));
        (start.Environment["PGHOST"], start.Environment["PGPORT"]) = (postgres.Host, $"{postgres.Port}");
        (start.Environment["PGUSER"], start.Environment["PGPASSWORD"]) = (postgres.Username, postgres.Password);
        using var shell = Process.Start(start)!;
        var errors = shell.StandardError.ReadToEndAsync();
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.True(shell.ExitCode == 0, $"The tour stopped with {shell.ExitCode}: {await errors}\n{output}");
        return [.. output.Split(Mark)[..^1]];
    }

    private static void Same(JsonNode? expected, JsonNode? actual, string command, string answer)
    {
        switch (expected)
        {
            case JsonValue value when value.TryGetValue<string>(out var text) && text == "…":
                Assert.True(actual is not null, $"{command}\nlacks a value at {expected.GetPath()}: {answer}");
                break;
            case JsonObject members:
                foreach (var (name, member) in members)
                {
                    Same(member, (actual as JsonObject)?[name], command, answer);
                }

                break;
            case JsonArray items:
                Assert.True(actual is JsonArray { } list && list.Count >= items.Count, $"{command}\nhas too few items at {expected.GetPath()}: {answer}");
                for (var i = 0; i < items.Count; i++)
                {
                    Same(items[i], actual![i], command, answer);
                }

                break;
            default:
                Assert.True(JsonNode.DeepEquals(expected, actual), $"{command}\nshould have {expected?.ToJsonString()} at {expected?.GetPath()}: {answer}");
                break;
        }
    }

    private sealed record Step(string Command, string? Expected);

    [GeneratedRegex("^```(sh|json)\\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
