using System.Diagnostics.Metrics;
using OnePlatform.Events.Webhooks;

namespace OnePlatform.Events.Delivery;

internal sealed class DeliveryMetrics
{
    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _duration;

    public DeliveryMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("OnePlatform.Events");
        _attempts = meter.CreateCounter<long>("webhooks.attempts", "{attempt}", "Attempts to deliver an event, by outcome.");
        _duration = meter.CreateHistogram<double>("webhooks.attempt.duration", "s", "Time until a receiver answered or did not.");
    }

    public void Attempted(AttemptResponse attempt)
    {
        var outcome = new KeyValuePair<string, object?>("outcome", attempt.Delivered ? "delivered" : attempt.Status is null ? "no_answer" : "refused");
        _attempts.Add(1, outcome);
        _duration.Record(attempt.DurationMs / 1000.0, outcome);
    }
}
