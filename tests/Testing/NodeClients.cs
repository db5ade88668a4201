using System.Diagnostics;
using Xunit;

namespace OnePlatform.Testing;

/// <summary>Published npm packages, unchanged, as programs of their own: the folder <c>clients</c> of a test project, installed by its lock file.</summary>
public static class NodeClients
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    // Once for all classes, which run side by side.
    private static readonly Lazy<Task> s_install = new(() => StartAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ""));

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "clients");

    /// <summary>Runs a script, which says "complete" at its end.</summary>
    public static async Task CompleteAsync(string script, params string[] arguments)
        => Assert.Contains("complete", await RunAsync([script, .. arguments]), StringComparison.Ordinal);

    /// <summary>Runs a script, which must end well.</summary>
    /// <param name="command">The script and its arguments.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="environment">Besides what the tests themselves have.</param>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunAsync(IReadOnlyList<string> command, string input = "", params IEnumerable<(string Name, string Value)> environment)
    {
        await s_install.Value;
        return await StartAsync("node", command, input, environment);
    }

    private static async Task<string> StartAsync(
        string program, IEnumerable<string> arguments, string input, params IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(s_deadline);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), deadline.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', start.ArgumentList.Take(1))}: {await output}{await error}");
        return await output;
    }
}
