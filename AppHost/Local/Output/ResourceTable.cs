using OnePlatform.AppHost.Local.Running;

namespace OnePlatform.AppHost.Local.Output;

internal static class ResourceTable
{
    public static string Of(IReadOnlyCollection<ResourceRunner> runners)
    {
        var rows = runners
            .Select(runner => (runner.Name, State: runner.State.ToString().ToLowerInvariant(), runner.Address))
            .Prepend((Name: "RESOURCE", State: "STATE", Address: "ADDRESS"))
            .ToList();
        var name = rows.Max(row => row.Name.Length);
        var state = rows.Max(row => row.State.Length);
        return string.Join(
            Environment.NewLine,
            rows.Select(row => $"  {row.Name.PadRight(name)}  {row.State.PadRight(state)}  {row.Address}"));
    }
}
