using System.Collections;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;

namespace OnePlatform.Operations.Tests;

/// <summary>
/// <c>docs/reference</c> is written by the code it describes. After a wanted change: <c>UPDATE_DOCS=1 dotnet test tests/Operations.Tests
/// --filter KeepingTheReference</c>, and commit the difference.
/// </summary>
public sealed class KeepingTheReference
{
    private const string Generated = "*Written by the code: `UPDATE_DOCS=1 dotnet test tests/Operations.Tests --filter KeepingTheReference`.*";

    [Fact]
    public void Configuration_is_what_the_option_classes_say()
    {
        var page = Page("Configuration", "By environment, with `__` for `:`; by a file of that name in `/run/secrets` or the folder that `Secrets__Folder` names; or by appsettings. Times are `hh:mm:ss`.");
        page.Append("""
            Required of every process that uses them: `ConnectionStrings:identitydb`, `ontologydb`, `eventsdb`, `knowledgedb` (each its own service's), `ConnectionStrings:redis`, `ConnectionStrings:rabbitmq`, and
            `services:<name>:http:0` for the addresses of the others. `OTEL_EXPORTER_OTLP_ENDPOINT` and its siblings are OpenTelemetry's own.


            """);
        foreach (var process in Settings.All.GroupBy(s => s.Process))
        {
            page.Append($"## {char.ToUpperInvariant(process.Key[0])}{process.Key[1..]}\n\n| setting | kind | default | |\n|---|---|---|---|\n");
            foreach (var setting in process)
            {
                page.Append($"| `{setting.Name}` | {setting.Type} | {Cell(setting.Default)} | {Cell(setting.Summary)} |\n");
            }

            page.Append('\n');
        }

        Same("configuration.md", page);
    }

    [Fact]
    public void Metrics_are_what_the_instruments_say()
    {
        var page = Page("Metrics", "By OTLP. The second name is the one in Prometheus; a histogram adds `_bucket`, `_count` and `_sum`.");
        page.Append("| instrument | in Prometheus | kind | of | |\n|---|---|---|---|---|\n");
        foreach (var metric in Metrics.All)
        {
            page.Append($"| `{metric.Name}` | `{metric.Prometheus}` | {metric.Kind.Replace("Observable", "", StringComparison.Ordinal).ToLowerInvariant()} | {metric.Source} | {metric.Description} |\n");
        }

        Same("metrics.md", page);
    }

    [Fact]
    public void Problems_are_what_the_catalogue_says()
    {
        var page = Page("Problems", "Every error is `application/problem+json` (RFC 9457). Its `code`, and that of each of its `errors`, is one of these; `/problems/<code>` is its page.");
        page.Append("| code | status | what it means | what to do |\n|---|---|---|---|\n");
        var catalogue = Assembly.Load("OnePlatform.Gateway").GetType("OnePlatform.Gateway.Documents.ProblemCatalogue")!;
        foreach (var problem in (IEnumerable)catalogue.GetProperty("All")!.GetValue(null)!)
        {
            string Of(string property) => problem.GetType().GetProperty(property)!.GetValue(problem)!.ToString()!;
            page.Append($"| `{Of("Code")}` | {Of("Status")} | {Cell(Of("Meaning"))} | {Cell(Of("Remedy"))} |\n");
        }

        Same("problems.md", page);
    }

    [Fact]
    public void Events_are_what_the_type_lists_say()
    {
        var page = Page("Events", "Types of lines in the event log, and so of webhooks and streams. A type of your own begins with `x.`.");
        var types = JsonNode.Parse(Repository.Read("contracts", "Ontology.Contracts", "event-types.json"))!.AsArray();
        foreach (var category in types.GroupBy(t => t!["category"]!.GetValue<string>()))
        {
            page.Append($"## {category.Key.Replace('_', ' ')}\n\n| type | also | metadata | |\n|---|---|---|---|\n");
            foreach (var type in category)
            {
                var aliases = string.Join(", ", (type!["aliases"] as JsonArray ?? []).Select(a => $"`{a}`"));
                var metadata = string.Join(", ", (type["metadata"] as JsonObject ?? []).Select(m => $"`{m.Key}`"));
                page.Append($"| `{type["name"]}` | {aliases} | {metadata} | {Cell(type["description"]?.GetValue<string>() ?? "")} |\n");
            }

            page.Append('\n');
        }

        Same("events.md", page);
    }

    private static StringBuilder Page(string title, string lead) => new StringBuilder($"# {title}\n\n{lead}\n\n{Generated}\n\n");

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static void Same(string name, StringBuilder page)
    {
        var (file, text) = (Repository.Path("docs", "reference", name), page.ToString().TrimEnd() + "\n");
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            File.WriteAllText(file, text);
        }

        Assert.Equal(text, File.ReadAllText(file));
    }
}
