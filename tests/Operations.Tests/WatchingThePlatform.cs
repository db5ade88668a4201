using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;
using Map = System.Collections.Generic.Dictionary<object, object>;

namespace OnePlatform.Operations.Tests;

/// <summary>Alerts, dashboard and runbooks speak of metrics that the code has. Whether the rules fire is promtool's: <c>deploy/monitoring/check</c>.</summary>
public sealed partial class WatchingThePlatform
{
    private static readonly HashSet<string> s_known = [.. Metrics.All.Select(m => m.Prometheus)];

    [Fact]
    public void Every_metric_an_alert_asks_for_is_one_we_have()
    {
        var used = Alerts().SelectMany(rule => Metrics.UsedIn((string)rule["expr"])).ToHashSet();
        Assert.True(used.Count > 8, "The alerts' metrics are no longer recognised.");
        Assert.Empty(used.Except(s_known));
    }

    [Fact]
    public void Every_metric_the_dashboard_shows_is_one_we_have()
    {
        var queries = Queries(JsonNode.Parse(Repository.Read("deploy", "monitoring", "dashboard.json"))!["panels"]!).ToList();
        Assert.True(queries.Count > 20, "The dashboard's queries are no longer recognised.");
        Assert.Empty(queries.SelectMany(Metrics.UsedIn).Distinct().Except(s_known));
    }

    [Fact]
    public void Every_instrument_of_ours_is_recognised()
    {
        var made = Repository.Sources().Sum(source => AnyInstrument().Count(source.Text));
        Assert.Equal(made, Metrics.Own.Count);
    }

    [Fact]
    public void Every_alert_has_a_runbook_a_severity_and_a_test()
    {
        var (runbooks, tests) = (Repository.Read("docs", "operations", "runbooks.md"), Repository.Read("deploy", "monitoring", "alerts.test.yml"));
        foreach (var rule in Alerts())
        {
            var name = (string)rule["alert"];
            Assert.Contains($"\n## {name}\n", runbooks, StringComparison.Ordinal);
            Assert.Equal($"docs/operations/runbooks.md#{name.ToLowerInvariant()}", (string)((Map)rule["annotations"])["runbook"]);
            Assert.Contains((string)((Map)rule["labels"])["severity"], new[] { "page", "ticket" });
            Assert.Contains($"alertname: {name}\n", tests, StringComparison.Ordinal);
        }
    }

    private static List<Map> Alerts()
    {
        var rules = new DeserializerBuilder().Build().Deserialize<Map>(Repository.Read("deploy", "monitoring", "alerts.yml"));
        return [.. ((List<object>)rules["groups"]).Cast<Map>().SelectMany(group => (List<object>)group["rules"]).Cast<Map>()];
    }

    private static IEnumerable<string> Queries(JsonNode node) => node switch
    {
        JsonObject members => members.SelectMany(m => m.Key == "expr" ? [m.Value!.GetValue<string>()] : m.Value is null ? [] : Queries(m.Value)),
        JsonArray items => items.OfType<JsonNode>().SelectMany(Queries),
        _ => [],
    };

    [GeneratedRegex(@"\.Create\w*(?:Counter|Histogram|Gauge)(?:<\w+>)?\(")]
    private static partial Regex AnyInstrument();
}
