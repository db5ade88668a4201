using OnePlatform.AppHost.Local.Processes;
using OnePlatform.AppHost.Local.Running;

namespace OnePlatform.AppHost.Local.Servers;

/// <summary>Qdrant has no native package: it stays absent, and what waits for it need not.</summary>
internal sealed class BuiltInIndexLaunch : ILaunch
{
    public string Address => "built-in index used";

    public ResourceState Healthy => ResourceState.Absent;

    public Task<ProcessCommand?> PrepareAsync(CancellationToken cancellationToken) => Task.FromResult<ProcessCommand?>(null);

    public Task ProbeAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
