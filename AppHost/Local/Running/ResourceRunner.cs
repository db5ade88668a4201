using System.Diagnostics;
using OnePlatform.AppHost.Local.Output;
using OnePlatform.AppHost.Local.Processes;
using OnePlatform.AppHost.Local.Servers;

namespace OnePlatform.AppHost.Local.Running;

/// <summary>Brings one resource up when what it waits for is ready, and up again whenever it ends by itself.</summary>
internal sealed class ResourceRunner(
    string name,
    ILaunch launch,
    IReadOnlyList<ResourceRunner> dependencies,
    ResourceLog log,
    Leftovers leftovers,
    Action<string> say) : IDisposable
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly StateSignal _changed = new();
    private readonly CancellationTokenSource _ended = new();
    private CancellationTokenSource _run = new();
    private volatile SupervisedProcess? _process;
    private volatile bool _held;
    private Task _loop = Task.CompletedTask;

    public string Name => name;

    public string Address => launch.Address;

    public ResourceState State { get; private set; }

    public string? LastFailure { get; private set; }

    public ResourceLog Log => log;

    public SupervisedProcess? Process => _process;

    public bool IsUp => State is ResourceState.Ready or ResourceState.Absent or ResourceState.Finished;

    public void Start() => _loop = Task.Run(KeepRunningAsync);

    public async Task StopAsync()
    {
        await _ended.CancelAsync();
        await _loop;
    }

    public async Task HoldAsync()
    {
        lock (_gate)
        {
            _held = true;
            _run.Cancel();
        }

        await WaitAsync(() => State == ResourceState.Stopped, CancellationToken.None);
    }

    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        _held = false;
        _changed.Raise();
        await WaitAsync(() => State != ResourceState.Stopped, cancellationToken);
    }

    /// <summary>Returns when the end of the process has been noticed, so that a wait for readiness after it means the next one.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        var killed = _process ?? throw new InvalidOperationException($"{name} is not running.");
        killed.Kill();
        await WaitAsync(() => _process != killed, cancellationToken);
    }

    public Task WaitUntilUpAsync(CancellationToken cancellationToken) => WaitAsync(() => IsUp, cancellationToken);

    public void Dispose()
    {
        _run.Dispose();
        _ended.Dispose();
        log.Dispose();
    }

    private Task WaitAsync(Func<bool> condition, CancellationToken cancellationToken) => _changed.WaitAsync(condition, cancellationToken);

    private async Task KeepRunningAsync()
    {
        var backoff = new RestartBackoff();
        try
        {
            await Task.WhenAll(dependencies.Select(dependency => dependency.WaitUntilUpAsync(_ended.Token)));
            while (State != ResourceState.Finished && !_ended.IsCancellationRequested)
            {
                BeginRun();
                var started = Stopwatch.GetTimestamp();
                if (!_held && await RunOnceAsync(_run.Token) is { } failure)
                {
                    await RetryAfterAsync(backoff.Next(Stopwatch.GetElapsedTime(started)), failure, _run.Token);
                }

                if (_held)
                {
                    Become(ResourceState.Stopped);
                    await WaitAsync(() => !_held, _ended.Token);
                }
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // Asked to end while it waited for another resource or for a start.
        }

        if (_ended.IsCancellationRequested)
        {
            Become(ResourceState.Stopped);
        }
    }

    private void BeginRun()
    {
        lock (_gate)
        {
            _run.Dispose();
            _run = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        }
    }

    /// <returns>Why the run ended, or null when it was asked to or is done.</returns>
    private async Task<string?> RunOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            Become(ResourceState.Starting);
            if (await launch.PrepareAsync(cancellationToken) is not { } command)
            {
                await ProbeUntilHealthyAsync(Stopwatch.GetTimestamp(), cancellationToken);
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return null;
            }

            return await FollowAsync(command, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever keeps a resource from starting is said, and the start tried again: the cause may be mended meanwhile.
            return exception.Message;
        }
    }

    private async Task<string?> FollowAsync(ProcessCommand command, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var process = await SupervisedProcess.StartAsync(command, log.Add, cancellationToken);
        using var probing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var healthy = Task.CompletedTask;
        try
        {
            _process = process;
            leftovers.Note(name, process.Id, command.StopSignal);
            // A job is up when it has ended well; there is nothing to probe before.
            healthy = launch.MayFinish ? Task.CompletedTask : ProbeUntilHealthyAsync(started, probing.Token);
            await Task.WhenAny(healthy, process.Exited);
            var code = await process.Exited.WaitAsync(cancellationToken);
            if (code != 0 || !launch.MayFinish)
            {
                return $"exit code {code}";
            }

            Become(ResourceState.Finished);
            return null;
        }
        finally
        {
            await probing.CancelAsync();
            await healthy.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await process.StopAsync(s_grace);
            process.Dispose();
            leftovers.Forget(name);
            if (State == ResourceState.Ready)
            {
                Become(ResourceState.Restarting);
            }

            _process = null;
            _changed.Raise();
        }
    }

    private async Task ProbeUntilHealthyAsync(long started, CancellationToken cancellationToken)
    {
        LastFailure = await HealthProbe.UntilHealthyAsync(launch.ProbeAsync, failure => LastFailure = failure, cancellationToken);
        if (_process is not null)
        {
            say($"ready after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
        }

        Become(launch.Healthy);
    }

    private async Task RetryAfterAsync(TimeSpan wait, string failure, CancellationToken cancellationToken)
    {
        LastFailure = failure;
        Become(ResourceState.Restarting);
        say($"ended ({failure}); starting again in {wait.TotalSeconds:0.#} s");
        if (!log.IsEchoed)
        {
            log.Tail.TakeLast(5).ToList().ForEach(say);
        }

        try
        {
            await Task.Delay(wait, cancellationToken);
        }
        catch (OperationCanceledException) when (_held)
        {
            // Asked to stay down while it waited to come up.
        }
    }

    private void Become(ResourceState state)
    {
        State = state;
        _changed.Raise();
    }
}
