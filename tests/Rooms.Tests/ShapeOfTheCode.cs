using System.Text.RegularExpressions;
using Xunit;

namespace OnePlatform.Rooms.Tests;

public sealed partial class ShapeOfTheCode
{
    private const int LongestFile = 300;
    private const int LongestTestFile = 400;

    [Fact]
    public void No_file_is_longer_than_a_reader_can_hold()
    {
        var tooLong = Code()
            .Select(f => (f.Name, Lines: f.Text.Count(c => c == '\n')))
            .Where(f => f.Lines > (f.Name.StartsWith("tests/", StringComparison.Ordinal) ? LongestTestFile : LongestFile))
            .Select(f => $"{f.Name}: {f.Lines} lines");
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Requests_are_public_because_validation_skips_internal_types_without_a_word()
        => Assert.Empty(Product().Where(f => InternalRequest().IsMatch(f.Text)).Select(f => f.Name));

    [Fact]
    public void The_clock_is_a_TimeProvider()
        => Assert.Empty(Product().Where(f => SystemClock().IsMatch(f.Text)).Select(f => f.Name));

    [Fact]
    public void No_catch_is_without_a_type_and_a_statement()
        => Assert.Empty(Code().Where(f => EmptyCatch().IsMatch(f.Text)).Select(f => f.Name));

    [Fact]
    public void No_test_is_skipped()
        => Assert.Empty(Code().Where(f => f.Name.StartsWith("tests/", StringComparison.Ordinal) && SkippedTest().IsMatch(f.Text)).Select(f => f.Name));

    [Fact]
    public void No_endpoint_is_mapped_without_saying_who_may_call_it()
    {
        var silent = Product()
            .Where(f => f.Name.EndsWith("Endpoints.cs", StringComparison.Ordinal))
            .Where(f => !f.Text.Contains(".Access(", StringComparison.Ordinal) && !f.Text.Contains(".AllowAnonymous(", StringComparison.Ordinal))
            .Select(f => f.Name);
        Assert.Empty(silent);
    }

    [Fact]
    public void Every_published_contract_is_named_in_its_services_page()
    {
        var missing =
            from service in new[] { "Identity", "Ontology", "Events", "Knowledge" }
            let page = File.ReadAllText(Path.Combine(Repository.Root, "services", service, "README.md"))
            from file in Code()
            where file.Name.StartsWith($"contracts/{service}.Contracts/", StringComparison.Ordinal)
            from Match contract in PublishedContract().Matches(file.Text)
            where !page.Contains(contract.Groups[1].Value, StringComparison.Ordinal)
            select $"{service}: {contract.Groups[1].Value}";
        Assert.Empty(missing);
    }

    private static IEnumerable<(string Name, string Text)> Code() => Repository.CodeFiles
        .Select(f => (Name: Repository.Relative(f), Text: File.ReadAllText(f)))
        .Where(f => !f.Name.Contains("/Migrations/", StringComparison.Ordinal));

    private static IEnumerable<(string Name, string Text)> Product()
        => Code().Where(f => !f.Name.StartsWith("tests/", StringComparison.Ordinal) && !f.Name.StartsWith("bench/", StringComparison.Ordinal));

    [GeneratedRegex(@"internal\s+(sealed\s+)?record\s+\w+Request\b")]
    private static partial Regex InternalRequest();

    [GeneratedRegex(@"DateTime(Offset)?\.(UtcNow|Now)\b")]
    private static partial Regex SystemClock();

    [GeneratedRegex(@"catch\s*(\([A-Za-z]*Exception\))?\s*\{\s*\}")]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"\b(Fact|Theory)\(\s*Skip\b")]
    private static partial Regex SkippedTest();

    [GeneratedRegex(@"public sealed record (\w+)\(\s*Guid EventId")]
    private static partial Regex PublishedContract();
}
