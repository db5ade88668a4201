using System.Text.RegularExpressions;

namespace OnePlatform.Operations.Tests;

/// <summary><c>deploy/Dockerfile</c> cannot be built where there is no container engine; what would break it or open it is found without.</summary>
public sealed partial class BuildingTheImages
{
    private static readonly string[] s_lines = Repository.Read("deploy", "Dockerfile").Split('\n');
    private static readonly string[] s_final = [.. s_lines.Skip(Array.FindLastIndex(s_lines, line => line.StartsWith("FROM ", StringComparison.Ordinal)))];

    [Fact]
    public void What_runs_has_no_shell_and_is_not_root()
    {
        Assert.EndsWith("-chiseled", s_final[0], StringComparison.Ordinal);
        // The number of the user that the base image has for this.
        Assert.Equal(["USER $APP_UID"], s_final.Where(line => line.StartsWith("USER ", StringComparison.Ordinal)));
        Assert.DoesNotContain(s_final, line => line.StartsWith("RUN ", StringComparison.Ordinal));
    }

    [Fact]
    public void Whatever_a_process_is_built_of_is_copied_into_the_build()
    {
        var copied = Copied().ToList();
        Assert.All(copied, source => Assert.True(Path.Exists(Repository.Path(source)), source));
        foreach (var project in new[] { "gateway/Gateway.csproj", "services/Identity/Identity.csproj", "services/Ontology/Ontology.csproj", "services/Events/Events.csproj", "services/Knowledge/Knowledge.csproj" })
        {
            Assert.DoesNotContain(ReferencesOf(Repository.Path(project)), file => !copied.Contains(Path.GetRelativePath(Repository.Root, file).Split('/')[0]));
        }
    }

    [Fact]
    public void Neither_secrets_nor_state_nor_what_was_built_outside_gets_into_an_image()
    {
        var ignored = Repository.Read(".dockerignore").Split('\n');
        Assert.Superset(new HashSet<string> { "**/bin", "**/obj", ".data", "deploy/compose/secrets" }, ignored.ToHashSet());
    }

    private static IEnumerable<string> Copied() => s_lines
        .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal))
        .SelectMany(line => line.Split(' ')[1..^1]);

    private static IEnumerable<string> ReferencesOf(string project) => Included().Matches(File.ReadAllText(project))
        .Select(match => Path.GetFullPath(match.Groups[1].Value, Path.GetDirectoryName(project)!))
        .Where(File.Exists)
        .SelectMany(file => file.EndsWith(".csproj", StringComparison.Ordinal) ? ReferencesOf(file).Prepend(file) : [file]);

    [GeneratedRegex("Include=\"(\\.\\./[^\"*]+)\"")]
    private static partial Regex Included();
}
