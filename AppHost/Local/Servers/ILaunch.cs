using OnePlatform.AppHost.Local.Processes;
using OnePlatform.AppHost.Local.Running;

namespace OnePlatform.AppHost.Local.Servers;

/// <summary>How one resource is brought up and how it is seen to be well.</summary>
internal interface ILaunch
{
    string Address { get; }

    /// <summary>What the resource is once the probe succeeds.</summary>
    ResourceState Healthy => ResourceState.Ready;

    /// <summary>A job that exits with 0 is done, not down.</summary>
    bool MayFinish => false;

    /// <summary>Prepares a start. Null when the resource is no process of its own.</summary>
    Task<ProcessCommand?> PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Returns when the resource is healthy, throws when it is not.</summary>
    Task ProbeAsync(CancellationToken cancellationToken);
}
