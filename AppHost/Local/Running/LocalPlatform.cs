using OnePlatform.AppHost.Local.Output;
using OnePlatform.AppHost.Local.Processes;
using OnePlatform.AppHost.Local.Running;
using OnePlatform.AppHost.Local.Servers;

namespace OnePlatform.AppHost.Local;

/// <summary>The platform on this machine: what AppHost.cs describes, run natively, and driven from here.</summary>
public sealed class LocalPlatform : IAsyncDisposable
{
    private const int ReportedLines = 20;

    private readonly DataFolder _data;
    private readonly Ports _ports;
    private readonly IReadOnlyList<IResource> _model;
    private readonly IReadOnlyList<ResourceRunner> _runners;
    private bool _stopped;

    private LocalPlatform(DataFolder data, Ports ports, IReadOnlyList<IResource> model, IReadOnlyList<ResourceRunner> runners)
    {
        _data = data;
        _ports = ports;
        _model = model;
        _runners = runners;
    }

    /// <summary>The gateway's address.</summary>
    public Uri BaseAddress => AddressOf(ResourceNames.Gateway);

    public string DataFolder => _data.Folder;

    /// <summary>Where the services put the demo group's key.</summary>
    public string DemoFile => _data.DemoFile;

    /// <summary>Resources with state and address, as text.</summary>
    public string Table => ResourceTable.Of(_runners);

    /// <summary>Starts everything in the background; <see cref="WaitUntilReadyAsync(TimeSpan, CancellationToken)"/> waits for it.</summary>
    public static Task<LocalPlatform> StartAsync(LocalPlatformOptions options, CancellationToken cancellationToken = default)
        => StartAsync(AppModel.Read(), options, cancellationToken);

    internal static async Task<LocalPlatform> StartAsync(
        IReadOnlyList<IResource> model, LocalPlatformOptions options, CancellationToken cancellationToken)
    {
        var data = Local.DataFolder.Open(options.DataFolder, options.Throwaway);
        var ports = new Ports();
        try
        {
            await new Leftovers(data.Running).StopAllAsync(options.Output.WriteLine, cancellationToken);
            if (options.Reset)
            {
                data.Reset();
            }

            data.Prepare();
            if (data.ServersAreElsewhere)
            {
                options.Output.WriteLine($"The servers' accounts cannot enter {data.Folder}; their state is in {data.Servers}.");
            }

            var runners = new RunPlan(data, ports, options).Runners(model);
            var servers = model.OfType<ServerResource>().Select(server => server.Name)
                .Where(name => runners.Any(runner => runner.Name == name)).ToList();
            await ServerInstallation.EnsureAsync(servers, options.Output.WriteLine, cancellationToken);
            foreach (var runner in runners)
            {
                runner.Start();
            }

            return new LocalPlatform(data, ports, model, runners);
        }
        catch
        {
            ports.Dispose();
            data.Dispose();
            throw;
        }
    }

    public async Task WaitUntilReadyAsync(TimeSpan deadline, CancellationToken cancellationToken = default)
        => await WaitUntilReadyAsync(_runners, deadline, cancellationToken);

    public async Task WaitUntilReadyAsync(string resource, TimeSpan deadline, CancellationToken cancellationToken = default)
        => await WaitUntilReadyAsync([RunnerOf(resource)], deadline, cancellationToken);

    public Uri AddressOf(string service)
        => new(_model.OfType<ProjectResource>().Single(project => project.Name == service).Endpoints[0].Url);

    public string ConnectionString(string resource)
        => _model.OfType<IResourceWithConnectionString>().Single(candidate => candidate.Name == resource).ConnectionString;

    /// <summary>The last lines a resource wrote, for the message of a test that failed.</summary>
    public IReadOnlyList<string> LogTail(string resource) => RunnerOf(resource).Log.Tail;

    public bool IsReady(string resource) => RunnerOf(resource).IsUp;

    /// <summary>The process of a resource that is running, without its children.</summary>
    public int ProcessId(string resource) => RunningProcess(resource).Id;

    /// <summary>kill -9, of the resource and all it started. It is started again, as after any crash.</summary>
    public Task KillAsync(string resource, CancellationToken cancellationToken = default)
        => RunnerOf(resource).KillAsync(cancellationToken);

    /// <summary>SIGSTOP: the resource keeps its connections and answers nothing.</summary>
    public Task PauseAsync(string resource)
    {
        ProcessTree.SignalAll(RunningProcess(resource).Id, ProcessTree.Stop);
        return Task.CompletedTask;
    }

    public Task ResumeAsync(string resource)
    {
        ProcessTree.SignalAll(RunningProcess(resource).Id, ProcessTree.Continue);
        return Task.CompletedTask;
    }

    /// <summary>Stops one resource cleanly and keeps it down.</summary>
    public Task StopResourceAsync(string resource) => RunnerOf(resource).HoldAsync();

    /// <summary>Starts a stopped resource again, on the same port and data.</summary>
    public Task StartResourceAsync(string resource, CancellationToken cancellationToken = default)
        => RunnerOf(resource).ReleaseAsync(cancellationToken);

    /// <summary>Services first, while the servers they drain into are still there.</summary>
    public async Task StopAsync()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        var services = _model.OfType<ProjectResource>().Select(project => project.Name).ToHashSet();
        await Task.WhenAll(_runners.Where(runner => services.Contains(runner.Name)).Select(runner => runner.StopAsync()));
        await Task.WhenAll(_runners.Select(runner => runner.StopAsync()));
        foreach (var runner in _runners)
        {
            runner.Dispose();
        }

        _ports.Dispose();
        _data.Dispose();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task WaitUntilReadyAsync(
        IReadOnlyList<ResourceRunner> runners, TimeSpan deadline, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(deadline);
        try
        {
            foreach (var runner in runners)
            {
                await runner.WaitUntilUpAsync(patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Not ready within {deadline.TotalSeconds:0} s.{Environment.NewLine}{Report(runners)}");
        }
    }

    private string Report(IEnumerable<ResourceRunner> runners)
    {
        var reports = runners.Where(runner => !runner.IsUp).Select(runner => string.Join(
            Environment.NewLine,
            runner.Log.Tail.TakeLast(ReportedLines).Select(line => $"    {line}").Prepend($"  {runner.Name}: {runner.LastFailure}")));
        return string.Join(Environment.NewLine, reports.Prepend(Table));
    }

    private ResourceRunner RunnerOf(string resource) => _runners.Single(runner => runner.Name == resource);

    private SupervisedProcess RunningProcess(string resource)
        => RunnerOf(resource).Process ?? throw new InvalidOperationException($"{resource} is not running.");
}
