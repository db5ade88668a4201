using System.Globalization;
using System.Runtime.InteropServices;

namespace OnePlatform.AppHost.Local.Processes;

/// <summary>Signals to a process and to all it started; PostgreSQL puts each of its own into another group.</summary>
internal static partial class ProcessTree
{
    public const int Kill = 9;
    public const int Continue = 18;
    public const int Stop = 19;

    public static void Signal(int processId, int signal)
    {
        // The one likely failure is that the process is gone, which is what most signals here are for.
        _ = SendSignal(processId, signal);
    }

    public static void SignalGroup(int leader, int signal) => _ = SendSignal(-leader, signal);

    public static void SignalAll(int root, int signal)
    {
        foreach (var processId in WithDescendants(root))
        {
            Signal(processId, signal);
        }
    }

    public static IReadOnlyList<int> WithDescendants(int root)
    {
        var children = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0)
            .Select(id => (Id: id, Parent: ParentOf(id)))
            .ToLookup(process => process.Parent, process => process.Id);

        List<int> tree = [root];
        for (var i = 0; i < tree.Count; i++)
        {
            tree.AddRange(children[tree[i]]);
        }

        return tree;
    }

    /// <summary>When the process started, in ticks since boot: with it a process id means one process only. Null when it is gone.</summary>
    public static string? StartTime(int processId)
        => Stat(processId) is { } stat && stat[0] is not ("Z" or "X") ? stat[19] : null;

    public static int ParentOf(int processId) => Stat(processId) is { } stat ? int.Parse(stat[1], CultureInfo.InvariantCulture) : 0;

    public static bool IsAlive(int processId) => StartTime(processId) is not null;

    // The fields after the name, which stands in brackets and may hold anything: state, parent, …
    private static string[]? Stat(int processId)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{processId}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
