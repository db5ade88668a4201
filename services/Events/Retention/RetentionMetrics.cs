using System.Diagnostics.Metrics;

namespace OnePlatform.Events.Retention;

internal sealed class RetentionMetrics
{
    private readonly Counter<long> _purged;
    private readonly Counter<long> _failed;

    public RetentionMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("OnePlatform.Events");
        _purged = meter.CreateCounter<long>("events.purged", "{event}", "Events that retention removed, one by one or with their month.");
        _failed = meter.CreateCounter<long>("events.purge.failures", "{run}", "Runs of retention that ended early.");
    }

    /// <param name="by">rows or month.</param>
    public void Purged(long count, string by) => _purged.Add(count, new KeyValuePair<string, object?>("by", by));

    public void Failed() => _failed.Add(1);
}
