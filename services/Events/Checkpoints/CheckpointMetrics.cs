using System.Diagnostics.Metrics;

namespace OnePlatform.Events.Checkpoints;

internal sealed class CheckpointMetrics
{
    private readonly Counter<long> _made;
    private readonly Counter<long> _failed;

    public CheckpointMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("OnePlatform.Events");
        _made = meter.CreateCounter<long>("events.checkpoints", "{checkpoint}", "Checkpoints of groups' logs that were made.");
        _failed = meter.CreateCounter<long>("events.checkpoints.failures", "{failure}", "Runs that ended early, and trees that are damaged; logs that grew have no checkpoint of it.");
    }

    public void Made() => _made.Add(1);

    public void Failed() => _failed.Add(1);
}
