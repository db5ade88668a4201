using System.Diagnostics;

namespace OnePlatform.AppHost.Local.Processes;

/// <summary>A program that is run to its end: initdb, chown, apt-get.</summary>
internal static class ShellCommand
{
    public static async Task RunAsync(
        IReadOnlyList<string> words,
        Action<string> onLine,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(words[0], words.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // A server's user may not be allowed into the folder the AppHost was started from.
            WorkingDirectory = "/",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{words[0]} did not start.");
        process.StandardInput.Close();
        var errors = new List<string>();
        try
        {
            await Task.WhenAll(
                ForEachLineAsync(process.StandardOutput, onLine, cancellationToken),
                ForEachLineAsync(process.StandardError, line => { errors.Add(line); onLine(line); }, cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        if (process.ExitCode != 0)
        {
            throw new PlatformException($"`{string.Join(' ', words)}` failed: {string.Join(' ', errors.TakeLast(5))}");
        }
    }

    private static async Task ForEachLineAsync(StreamReader reader, Action<string> onLine, CancellationToken cancellationToken)
    {
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            onLine(line);
        }
    }
}
