using System.Diagnostics;
using System.Text.Json.Nodes;

namespace OnePlatform.Operations.Tests;

/// <summary>The bill of materials names every package that stands beside our programs, and CI makes it, with the checks of the alerts.</summary>
public sealed class ListingWhatIsShipped : IDisposable
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("sbom").FullName, "sbom.json");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);

    [Fact]
    public async Task Every_package_beside_our_programs_is_in_the_bill_with_its_hash_and_licence()
    {
        var components = (await BillAsync())["components"]!.AsArray();

        var listed = components.Select(c => $"{c!["name"]}/{c["version"]}").ToHashSet(StringComparer.OrdinalIgnoreCase);
        Assert.DoesNotContain(Shipped(), package => !listed.Contains(package));
        Assert.All(components, component =>
        {
            Assert.Equal(128, component!["hashes"]![0]!["content"]!.GetValue<string>().Length);
            Assert.StartsWith("pkg:nuget/", component["purl"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.NotEqual("unknown", component["licenses"]![0]!["license"]?["id"]?.GetValue<string>());
        });
        Assert.Equal(components.Count, components.Select(c => c!["bom-ref"]!.GetValue<string>()).Distinct().Count());
    }

    [Fact]
    public async Task What_a_package_depends_on_is_in_the_bill()
    {
        var bill = await BillAsync();
        var known = bill["components"]!.AsArray().Select(c => c!["bom-ref"]!.GetValue<string>()).ToHashSet();
        var needed = bill["dependencies"]!.AsArray().SelectMany(d => d!["dependsOn"]!.AsArray()).Select(d => d!.GetValue<string>()).ToList();
        Assert.True(needed.Count > known.Count, "The packages' dependencies are no longer recognised.");
        Assert.DoesNotContain(needed, reference => !known.Contains(reference));
    }

    [Fact]
    public void The_gate_makes_the_bill_and_runs_the_stories_of_the_alerts()
    {
        var gate = Repository.Read(".ci", "run");
        Assert.Contains("\nnode .ci/sbom.mjs\n", gate, StringComparison.Ordinal);
        Assert.Contains("\ndeploy/monitoring/check\n", gate, StringComparison.Ordinal);
        Assert.Contains("packages+=(prometheus)", Repository.Read(".ci", "prepare"), StringComparison.Ordinal);
    }

    private async Task<JsonNode> BillAsync()
    {
        using var process = Process.Start(new ProcessStartInfo("node", [Repository.Path(".ci", "sbom.mjs"), _file]) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, errors);
        return JsonNode.Parse(await File.ReadAllTextAsync(_file))!;
    }

    // What the build says a program loads, which is another file than the one the bill is made of.
    private static IEnumerable<string> Shipped()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return new[] { "gateway/OnePlatform.Gateway", "services/Identity/OnePlatform.Identity", "services/Ontology/OnePlatform.Ontology", "services/Events/OnePlatform.Events", "services/Knowledge/OnePlatform.Knowledge" }
            .Select(name => Repository.Path(Path.GetDirectoryName(name)!, "bin", configuration, "net10.0", $"{Path.GetFileName(name)}.deps.json"))
            .SelectMany(file => JsonNode.Parse(File.ReadAllText(file))!["targets"]!.AsObject().First().Value!.AsObject())
            .Where(package => package.Value!["runtime"] is JsonObject files && !package.Key.StartsWith("OnePlatform", StringComparison.Ordinal) && files.Any(f => f.Key.StartsWith("lib/", StringComparison.Ordinal)))
            .Select(package => package.Key).Distinct();
    }
}
