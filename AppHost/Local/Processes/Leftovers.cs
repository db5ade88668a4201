using System.Globalization;

namespace OnePlatform.AppHost.Local.Processes;

/// <summary>
/// Notes which processes run on a data folder. After a kill -9 the watchdogs end them within seconds; whoever starts on the same
/// folder meanwhile, or after a watchdog was killed too, finds them here and waits for them to be gone.
/// </summary>
internal sealed class Leftovers(string folder)
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);

    public void Note(string resource, int processId, StopSignal stopSignal)
        => File.WriteAllText(FileOf(resource), $"{processId} {ProcessTree.StartTime(processId)} {(int)stopSignal}");

    public void Forget(string resource) => File.Delete(FileOf(resource));

    public async Task StopAllAsync(Action<string> say, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        await Task.WhenAll(Directory.GetFiles(folder, "*.pid").Select(file => StopAsync(file, say, cancellationToken)));
    }

    private static async Task StopAsync(string file, Action<string> say, CancellationToken cancellationToken)
    {
        if ((await File.ReadAllTextAsync(file, cancellationToken)).Split(' ') is [var id, { Length: > 0 } startTime, var signal]
            && int.TryParse(id, CultureInfo.InvariantCulture, out var processId)
            && int.TryParse(signal, CultureInfo.InvariantCulture, out var stopSignal)
            && ProcessTree.StartTime(processId) == startTime)
        {
            say($"waiting for {Path.GetFileNameWithoutExtension(file)} of an earlier run to stop (process {processId})");
            ProcessTree.SignalAll(processId, ProcessTree.Continue);
            ProcessTree.Signal(processId, stopSignal);
            if (!await IsGoneAsync(processId, startTime, s_grace, cancellationToken))
            {
                ProcessTree.SignalAll(processId, ProcessTree.Kill);
                ProcessTree.SignalGroup(processId, ProcessTree.Kill);
                await IsGoneAsync(processId, startTime, s_grace, cancellationToken);
            }
        }

        File.Delete(file);
    }

    private static async Task<bool> IsGoneAsync(
        int processId, string startTime, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var until = TimeProvider.System.GetUtcNow() + deadline;
        while (ProcessTree.StartTime(processId) == startTime)
        {
            if (TimeProvider.System.GetUtcNow() > until)
            {
                return false;
            }

            await Task.Delay(50, cancellationToken);
        }

        return true;
    }

    private string FileOf(string resource) => Path.Combine(folder, $"{resource}.pid");
}
