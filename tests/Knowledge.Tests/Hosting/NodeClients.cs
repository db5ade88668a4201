using System.Diagnostics;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Hosting;

/// <summary>Published npm clients, unchanged, as programs of their own.</summary>
internal static class NodeClients
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(3);
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "clients");

    // Once for all classes, which run side by side.
    private static readonly Lazy<Task> s_install = new(() => RunAsync("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"));

    /// <summary>Runs a script of the folder <c>clients</c>; it says "complete" at its end.</summary>
    public static async Task CompleteAsync(string script, params string[] arguments)
    {
        await s_install.Value;
        Assert.Contains("complete", await RunAsync("node", [script, .. arguments]), StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = s_folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var deadline = new CancellationTokenSource(s_deadline);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        Assert.True(process.ExitCode == 0, $"{program}: {await output}{await error}");
        return await output;
    }
}
