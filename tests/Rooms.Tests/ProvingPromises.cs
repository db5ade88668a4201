using System.Text.RegularExpressions;
using Xunit;

namespace OnePlatform.Rooms.Tests;

/// <summary>Each promise has tests that name it, and <c>docs/proofs.md</c> names each of them.</summary>
public sealed partial class ProvingPromises
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "proofs.md"));
    private static readonly ILookup<string, string> s_tests = Proofs();

    public static TheoryData<string> Promises => [.. Enumerable.Range(1, 10).Select(n => $"P{n}")];

    [Theory]
    [MemberData(nameof(Promises))]
    public void Each_promise_is_proven_by_the_tests_that_the_page_names(string promise)
    {
        var row = Assert.Single(s_page.Split('\n'), line => line.StartsWith($"| {promise} |", StringComparison.Ordinal));
        var named = Code().Matches(row.Split('|')[3]).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal);

        Assert.NotEmpty(s_tests[promise]);
        Assert.Equal(s_tests[promise].Distinct().Order(StringComparer.Ordinal), named);
    }

    [Fact]
    public void No_test_proves_a_promise_that_nobody_made()
        => Assert.All(s_tests, promise => Assert.Contains(s_page.Split('\n'), line => line.StartsWith($"| {promise.Key} |", StringComparison.Ordinal)));

    [Fact]
    public void Every_test_the_faults_name_is_there()
    {
        var classes = Repository.CodeFiles.Select(Path.GetFileNameWithoutExtension).ToHashSet();
        var faults = s_page[s_page.IndexOf("## Faults", StringComparison.Ordinal)..s_page.IndexOf("## Speed", StringComparison.Ordinal)];
        var named = faults.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)
            .SelectMany(line => Code().Matches(line.Split('|')[3])).Select(m => m.Groups[1].Value).ToList();
        Assert.True(named.Count >= 8, "The page has lost its faults.");
        Assert.All(named, name => Assert.Contains(name, classes));
    }

    private static ILookup<string, string> Proofs() => Repository.CodeFiles
        .Where(file => Repository.Relative(file).StartsWith("tests/", StringComparison.Ordinal))
        .SelectMany(file => Proof().Matches(File.ReadAllText(file)).Select(m => (Promise: m.Groups[1].Value, Test: Path.GetFileNameWithoutExtension(file))))
        .ToLookup(p => p.Promise, p => p.Test);

    [GeneratedRegex("""\[Trait\("Proof", "(P\d+)"\)\]\n""")]
    private static partial Regex Proof();

    [GeneratedRegex("`([A-Za-z]+)`")]
    private static partial Regex Code();
}
