using System.Diagnostics;
using System.Text.RegularExpressions;

namespace OnePlatform.Testing;

/// <summary>A service as a process of its own, for what only a process can do: be killed, be measured.</summary>
public sealed partial class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServiceProcess(Process process, string address) => (_process, Address) = (process, address);

    public string Address { get; }

    /// <summary>What it holds in memory now, in MiB.</summary>
    public long Megabytes => Fresh().WorkingSet64 >> 20;

    /// <summary>Processor time so far; what else the machine does is not in it.</summary>
    public TimeSpan Processor => Fresh().TotalProcessorTime;

    /// <param name="assembly">In the folder of the running program, as a reference to the service's project puts it there.</param>
    public static async Task<ServiceProcess> StartAsync(string assembly, IReadOnlyDictionary<string, string?> settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly)])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
        };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        start.Environment["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information";
        foreach (var (name, value) in settings)
        {
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var address = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) =>
        {
            if (Listening().Match(line.Data ?? "") is { Success: true } found)
            {
                address.TrySetResult(found.Groups[1].Value);
            }
        };
        process.BeginOutputReadLine();
        return new ServiceProcess(process, await address.Task.WaitAsync(Eventually.Deadline));
    }

    /// <summary>As <c>kill -9</c> ends it.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private Process Fresh()
    {
        _process.Refresh();
        return _process;
    }

    [GeneratedRegex(@"Now listening on: (http://[^\s""]+)")]
    private static partial Regex Listening();
}
