using OnePlatform.AppHost.Local.Processes;

namespace OnePlatform.AppHost.Local;

/// <summary>
/// Under <c>dotnet run</c> the process people see is our parent. When that one is killed outright nobody tells us, so we look.
/// A shell that ends is another matter: an AppHost started in the background outlives it.
/// </summary>
internal static class ParentWatch
{
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(1);

    public static async Task UntilGoneAsync(CancellationToken cancellationToken)
    {
        var parent = ProcessTree.ParentOf(Environment.ProcessId);
        if (!IsDotnetRun(parent))
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        while (ProcessTree.ParentOf(Environment.ProcessId) == parent)
        {
            await Task.Delay(s_between, cancellationToken);
        }
    }

    private static bool IsDotnetRun(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/cmdline").Split('\0') is [var program, var verb, ..]
                && Path.GetFileName(program) == "dotnet" && verb is "run" or "watch";
        }
        catch (IOException)
        {
            return false;
        }
    }
}
