using System.Text.RegularExpressions;
using Xunit;

namespace OnePlatform.Rooms.Tests;

/// <summary>Whatever a page of ours points to inside the repository is there, headings included.</summary>
public sealed partial class KeepingLinks
{
    [Fact]
    public void Every_link_between_pages_leads_somewhere()
    {
        var links = Pages().SelectMany(page => Link().Matches(File.ReadAllText(page)).Select(m => (Page: page, Target: m.Groups[1].Value)))
            .Where(l => !l.Target.Contains("://", StringComparison.Ordinal)).ToList();
        Assert.True(links.Count > 40, "The pages' links are no longer recognised.");
        Assert.Empty(links.Where(l => !LeadsSomewhere(l.Page, l.Target)).Select(l => $"{Repository.Relative(l.Page)}: {l.Target}"));
    }

    private static bool LeadsSomewhere(string page, string target)
    {
        var parts = target.Split('#', 2);
        var file = parts[0].Length == 0 ? page : Path.GetFullPath(parts[0], Path.GetDirectoryName(page)!);
        return parts is [_, var heading] ? File.Exists(file) && Headings(file).Contains(heading) : File.Exists(file) || Directory.Exists(file);
    }

    // As GitHub makes them: lower case, spaces to hyphens, other signs gone.
    private static HashSet<string> Headings(string file) => [.. File.ReadAllLines(file).Where(line => line.StartsWith('#'))
        .Select(line => string.Concat(line.TrimStart('#').Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-'))];

    private static IEnumerable<string> Pages() => new[] { "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md" }.Select(name => Path.Combine(Repository.Root, name))
        .Concat(new[] { "docs", "deploy", "bench", "services" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.md", SearchOption.AllDirectories)))
        .Where(file => !Repository.Relative(file).Split('/').Any(part => part is "bin" or "obj" or "node_modules"));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
