using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using Map = System.Collections.Generic.Dictionary<object, object>;

namespace OnePlatform.Operations.Tests;

/// <summary>
/// What stands in a block of <c>text</c> needs a machine that is not the tests': a container engine, a cluster, a fresh clone. It is not
/// run, but whatever it names must be there: files, projects, tests, flags, services, variables. So must what the pages say in passing.
/// </summary>
public sealed partial class TypingWhatThePagesSay
{
    private static readonly string[] s_pages = [.. new[] { "README.md", "CONTRIBUTING.md", "SECURITY.md" }
        .Concat(new[] { "docs", "deploy", "services", "gateway" }.SelectMany(folder => Directory.EnumerateFiles(Repository.Path(folder), "*.md", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')))
        .Where(page => !page.Split('/').Any(part => part is "bin" or "obj")).Order(StringComparer.Ordinal)];

    private static readonly Map s_compose = new DeserializerBuilder().Build()
        .Deserialize<Map>(new MergingParser(new Parser(new StringReader(Repository.Read("deploy", "compose.yaml")))));

    private static readonly string s_usage = Repository.Read("AppHost", "Local", "Running", "CommandLine.cs");

    private static readonly string[] s_tests = [.. Directory.EnumerateFiles(Repository.Path("tests"), "*.cs", SearchOption.AllDirectories).Select(f => Path.GetFileNameWithoutExtension(f))];

    public static TheoryData<string> Pages => [.. s_pages.Where(page => Blocks(page).Any())];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Whatever_a_command_names_is_there(string page)
    {
        var faults = Blocks(page).SelectMany(block => Commands(block)).SelectMany(FaultsOf).ToList();
        Assert.Empty(faults);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_block_is_something_a_shell_understands(string page)
    {
        foreach (var block in Blocks(page))
        {
            using var shell = Process.Start(new ProcessStartInfo("bash", ["-n", "-c", Placeholder().Replace(block, "x")]) { RedirectStandardError = true })!;
            var errors = shell.StandardError.ReadToEnd();
            shell.WaitForExit();
            Assert.True(shell.ExitCode == 0, $"{errors}\n{block}");
        }
    }

    [Fact]
    public void Every_route_a_page_names_is_one_the_document_has()
    {
        var paths = JsonNode.Parse(Repository.Read("docs", "openapi.json"))!["paths"]!.AsObject();
        var routes = paths.SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key.ToUpperInvariant()} {Shape(path.Key)}")).ToHashSet();
        var named = s_pages.SelectMany(page => Route().Matches(Repository.Read(page)).Select(m => (page, Route: $"{m.Groups[1].Value} {Shape(m.Groups[2].Value)}"))).ToList();

        Assert.True(named.Count > 40, "The pages' routes are no longer recognised.");
        Assert.DoesNotContain(named, n => !routes.Contains(n.Route) && !s_notInTheDocument.Contains(n.Route));
    }

    [Fact]
    public void Every_setting_a_page_names_is_one_the_product_reads()
    {
        var known = Settings.All.Select(s => s.Name).ToHashSet();
        var sections = known.Select(name => name.Split(':')[0]).ToHashSet();
        var named = s_pages.SelectMany(page => SettingName().Matches(Repository.Read(page)).Select(m => (page, Setting: m.Groups[1].Value)))
            .Where(n => sections.Contains(n.Setting.Split(':')[0])).ToList();

        Assert.True(named.Count > 100, "The pages' settings are no longer recognised.");
        Assert.DoesNotContain(named, n => !known.Contains(n.Setting) && !known.Any(name => name.StartsWith($"{n.Setting}:", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("dotnet run --project Nowhere", "Nowhere")]
    [InlineData("dotnet run --project AppHost -- --prot 9000", "--prot")]
    [InlineData("dotnet test tests/Ontology.Tests --filter NoSuchTest", "NoSuchTest")]
    [InlineData("deploy/backup/restor /backups", "deploy/backup/restor")]
    [InlineData("docker compose -f deploy/compose.yaml stop gatewy", "gatewy")]
    [InlineData("PUBLIC_HOTS=a docker compose -f deploy/compose.yaml up -d", "PUBLIC_HOTS")]
    [InlineData("helm upgrade oneplatform deploy/helm/oneplatform --set image.tga=1", "image.tga")]
    public void What_is_not_there_is_found(string command, string fault) => Assert.Equal([fault], FaultsOf(command));

    // For probes, between the gateway and Identity, and of another protocol: no part of the API.
    private static readonly string[] s_notInTheDocument = ["GET /health/live", "GET /health/ready", "POST /internal/token-exchange", "POST /mcp"];

    private static IEnumerable<string> FaultsOf(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries).TakeWhile(word => !word.StartsWith('#')).ToList();
        var faults = words.Where(word => RepositoryPath().IsMatch(word) && !Path.Exists(Repository.Path(word))).ToList();
        faults.AddRange(After(words, "--project").Where(project => !Path.Exists(Repository.Path(project))));
        faults.AddRange(After(words, "--filter").Where(filter => filter.Split('=', '~') is ["Proof", _] ? false : !s_tests.Contains(filter)));
        faults.AddRange(words.SkipWhile(word => word != "--").Where(word => word.StartsWith("--", StringComparison.Ordinal) && word.Length > 2 && !s_usage.Contains(word, StringComparison.Ordinal)));
        faults.AddRange(After(words, "--set").Select(set => set.Split('=')[0]).Where(value => !HasValue(value)));
        if (words.IndexOf("compose") is var compose and > 0)
        {
            faults.AddRange(words[..compose].Where(word => word.Contains('=', StringComparison.Ordinal)).Select(word => word.Split('=')[0])
                .Where(variable => !Repository.Read("deploy", "compose.yaml").Contains($"${{{variable}:-", StringComparison.Ordinal)));
            faults.AddRange(words.SkipWhile(word => word != "stop").Skip(1).Except(((Map)s_compose["services"]).Keys.Cast<string>()));
        }

        return faults.Distinct();
    }

    private static IEnumerable<string> After(List<string> words, string flag) => words.Zip(words.Skip(1)).Where(pair => pair.First == flag).Select(pair => pair.Second);

    private static bool HasValue(string path)
    {
        object? value = new DeserializerBuilder().Build().Deserialize<Map>(Repository.Read("deploy", "helm", "oneplatform", "values.yaml"));
        foreach (var part in path.Split('.'))
        {
            value = (value as Map)?.GetValueOrDefault(part);
        }

        return value is not null;
    }

    private static string Shape(string path) => PathParameter().Replace(path.Split('?')[0], "{}");

    private static IEnumerable<string> Blocks(string page) => Block().Matches(Repository.Read(page)).Select(m => m.Groups[1].Value);

    private static IEnumerable<string> Commands(string block) => block.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').SelectMany(line => Separator().Split(line));

    [GeneratedRegex("^```(?:text|sh)\\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"&&|;|\|")]
    private static partial Regex Separator();

    [GeneratedRegex(@"<[a-z][a-z ]*>")]
    private static partial Regex Placeholder();

    // A word that begins like something of ours; what a command makes is no file yet.
    [GeneratedRegex(@"^(deploy|tests|services|gateway|bench|docs|AppHost|messaging|contracts|\.ci)/(?!compose/secrets|\.env$)[\w./-]+$")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"`(GET|POST|PUT|PATCH|DELETE) (/[^`\s?]*)[^`]*`")]
    private static partial Regex Route();

    [GeneratedRegex(@"\{[^}]*\}|<[^>]*>")]
    private static partial Regex PathParameter();

    [GeneratedRegex(@"`([A-Z]\w+(?::[A-Z]\w+)+)`")]
    private static partial Regex SettingName();
}
