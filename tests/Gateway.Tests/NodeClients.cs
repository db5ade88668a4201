using System.Diagnostics;
using Xunit;

namespace OnePlatform.Gateway.Tests;

/// <summary>What published npm packages make of the gateway's answers.</summary>
internal static class NodeClients
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(3);
    private static readonly Lazy<Task<string>> s_folder = new(InstallAsync);

    /// <returns>What the script wrote; it must end well.</returns>
    public static async Task<string> RunAsync(string script, params string[] arguments)
        => await RunAsync(await s_folder.Value, "node", [script, .. arguments]);

    private static async Task<string> InstallAsync()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "clients");
        await RunAsync(folder, "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        return folder;
    }

    private static async Task<string> RunAsync(string folder, string program, IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
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
