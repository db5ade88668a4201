using System.Diagnostics;
using System.Globalization;

namespace OnePlatform.AppHost.Local.Processes;

/// <summary>One run of a program under its watchdog.</summary>
internal sealed class SupervisedProcess : IDisposable
{
    private static readonly TimeSpan s_lastLines = TimeSpan.FromSeconds(1);

    private readonly Process _watchdog;
    private readonly ProcessCommand _command;

    private SupervisedProcess(Process watchdog, ProcessCommand command, int id, Action<string> onLine)
    {
        _watchdog = watchdog;
        _command = command;
        Id = id;
        Exited = FollowAsync(onLine);
    }

    /// <summary>The program's own process id, not the watchdog's.</summary>
    public int Id { get; }

    /// <summary>Completes with the exit code; 128 and more mean the signal of that number above it.</summary>
    public Task<int> Exited { get; }

    public static async Task<SupervisedProcess> StartAsync(
        ProcessCommand command, Action<string> onLine, CancellationToken cancellationToken)
    {
        var watchdog = Process.Start(Watchdog.Wrap(command))
            ?? throw new InvalidOperationException($"{command.Words[0]} did not start.");
        var first = await watchdog.StandardOutput.ReadLineAsync(cancellationToken);
        if (int.TryParse(first, CultureInfo.InvariantCulture, out var id))
        {
            return new SupervisedProcess(watchdog, command, id, onLine);
        }

        watchdog.Dispose();
        throw new InvalidOperationException($"{command.Words[0]} did not start: {first}");
    }

    public async Task StopAsync(TimeSpan grace)
    {
        if (!Exited.IsCompleted)
        {
            // A paused program would not hear the signal.
            ProcessTree.SignalAll(Id, ProcessTree.Continue);
            ProcessTree.Signal(Id, (int)_command.StopSignal);
        }

        try
        {
            await Exited.WaitAsync(grace);
        }
        catch (TimeoutException)
        {
            Kill();
            await Exited;
        }
    }

    public void Kill() => ProcessTree.SignalAll(Id, ProcessTree.Kill);

    public void Dispose()
    {
        // Closes the pipe: should anything be left of the group, the watchdog ends it.
        _watchdog.StandardInput.Dispose();
        _watchdog.Dispose();
    }

    private async Task<int> FollowAsync(Action<string> onLine)
    {
        var lines = ReadLinesAsync(onLine);
        await _watchdog.WaitForExitAsync();
        ProcessTree.SignalGroup(Id, ProcessTree.Kill);

        // Something that left the group may still hold the output open; its lines are not worth waiting for.
        await Task.WhenAny(lines, Task.Delay(s_lastLines));
        return _watchdog.ExitCode;
    }

    private async Task ReadLinesAsync(Action<string> onLine)
    {
        while (await _watchdog.StandardOutput.ReadLineAsync() is { } line)
        {
            onLine(line);
        }
    }
}
