using System.Text.RegularExpressions;

namespace OnePlatform.Operations.Tests;

/// <summary>Names of environment variables and secret files, and whether the product reads them.</summary>
internal static partial class EnvironmentNames
{
    private static readonly string[] s_ofTheRuntime = ["ASPNETCORE_ENVIRONMENT", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_SERVICE_NAME"];

    private static readonly HashSet<string> s_known = [.. Settings.All.Select(s => s.Name)];

    private static readonly HashSet<string> s_connections = [.. Repository.Sources()
        .SelectMany(s => ConnectionName().Matches(s.Text)).Select(m => m.Groups[1].Value), "redis", "qdrant"];

    private static readonly HashSet<string> s_services = [.. ServiceAddress().Matches(Repository.Read("gateway", "appsettings.json")).Select(m => m.Groups[1].Value)];

    /// <summary>Read by the chart's own parts, not by an option class.</summary>
    public static IReadOnlyCollection<string> Chart { get; } = ["Secrets__Folder"];

    public static bool IsRead(string name)
    {
        var key = ListPlace().Replace(name.Replace("__", ":", StringComparison.Ordinal), "");
        return s_ofTheRuntime.Contains(name)
            || s_known.Contains(key)
            || (key.StartsWith("ConnectionStrings:", StringComparison.Ordinal) && s_connections.Contains(key["ConnectionStrings:".Length..]))
            || (name.StartsWith("services__", StringComparison.Ordinal) && s_services.Contains(name.Split("__")[1]));
    }

    [GeneratedRegex(@"(?:AddTenantDatabase<\w+>\(|GetConnectionString\()""(\w+)""")]
    private static partial Regex ConnectionName();

    [GeneratedRegex(@"""Address"": ""http://(\w+)""")]
    private static partial Regex ServiceAddress();

    [GeneratedRegex(@":\d+$")]
    private static partial Regex ListPlace();
}
