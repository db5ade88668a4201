using System.Text.RegularExpressions;

namespace OnePlatform.Operations.Tests;

/// <summary>An instrument of the product, as its source states it.</summary>
internal sealed record Metric(string Name, string Kind, string Unit, string Description, string Source)
{
    /// <summary>Its name in Prometheus: dots become underscores, the unit and a counter's <c>total</c> are added.</summary>
    public string Prometheus => Name.Replace('.', '_')
        + Unit switch { "s" => "_seconds", "By" => "_bytes", "1" => "_ratio", _ => "" }
        + (Kind.EndsWith("Counter", StringComparison.Ordinal) && !Kind.Contains("UpDown", StringComparison.Ordinal) ? "_total" : "");
}

internal static partial class Metrics
{
    /// <summary>Those of ASP.NET Core, the runtime and Npgsql that dashboards and alerts use; what a run sends proves them.</summary>
    public static IReadOnlyList<Metric> OfOthers { get; } =
    [
        new("http.server.request.duration", "Histogram", "s", "Time to answer a request; by route, method and status.", "ASP.NET Core"),
        new("http.server.active_requests", "UpDownCounter", "{request}", "Requests being answered.", "ASP.NET Core"),
        new("dotnet.process.memory.working_set", "ObservableUpDownCounter", "By", "Memory of the process.", ".NET"),
        new("dotnet.process.cpu.time", "ObservableCounter", "s", "Processor time used.", ".NET"),
        new("db.client.connection.count", "ObservableUpDownCounter", "{connection}", "Database connections; by state.", "Npgsql"),
        new("db.client.connection.max", "ObservableUpDownCounter", "{connection}", "Database connections allowed.", "Npgsql"),
        new("db.client.operation.duration", "Histogram", "s", "Time of one statement.", "Npgsql"),
    ];

    public static IReadOnlyList<Metric> Own { get; } = [.. Repository.Sources()
        .SelectMany(source => Instrument().Matches(source.Text).Select(m => new Metric(m.Groups[2].Value, m.Groups[1].Value, m.Groups[3].Value, m.Groups[4].Value, RoomOf(source.Name))))
        .OrderBy(m => m.Name, StringComparer.Ordinal)];

    public static IReadOnlyList<Metric> All { get; } = [.. Own, .. OfOthers];

    /// <summary>The metric names that PromQL uses, without a histogram's suffixes.</summary>
    public static IEnumerable<string> UsedIn(string query) => Selector().Matches(Grouping().Replace(query, ""))
        .Select(m => HistogramSuffix().Replace(m.Value, ""))
        .Where(name => name.Contains('_', StringComparison.Ordinal));

    private static string RoomOf(string file) => file.StartsWith("services/", StringComparison.Ordinal) ? file.Split('/')[1] : file.Split('/')[0];

    [GeneratedRegex(@"\.Create(\w*(?:Counter|Histogram|Gauge))(?:<\w+>)?\(\s*""([a-z0-9._]+)""(?:,\s*[^""]*?)?,\s*""([^""]*)"",\s*""([^""]*)""")]
    private static partial Regex Instrument();

    // A name that is followed by a label matcher, a range, an operator or the end of its brackets; functions are followed by "(".
    [GeneratedRegex(@"\b(?:http|messaging|outbox|events|webhooks|gateway|db|dotnet|knowledge|identity|ontology|cache|ai)_[a-z0-9_]+\b(?!\s*\()(?!\s*=)(?=[{\[)\s]|$)")]
    private static partial Regex Selector();

    [GeneratedRegex(@"\b(by|without|on)\s*\([^)]*\)")]
    private static partial Regex Grouping();

    [GeneratedRegex("(?<=_seconds)_(bucket|count|sum)$")]
    private static partial Regex HistogramSuffix();
}
