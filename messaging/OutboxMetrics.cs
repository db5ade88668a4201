using System.Diagnostics.Metrics;

namespace OnePlatform.Messaging;

/// <summary>Depth, lag and failures of the outbox, as gauges refreshed by <see cref="OutboxWatch"/>.</summary>
internal sealed class OutboxMetrics
{
    public const string Name = "OnePlatform.Messaging";

    private readonly Counter<long> _published;
    private OutboxState _state = new(0, 0, TimeSpan.Zero);

    public OutboxMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _published = meter.CreateCounter<long>("outbox.published", "{message}", "Events handed to the broker.");
        meter.CreateObservableGauge("outbox.pending", () => _state.Pending, "{message}", "Events waiting for the relay.");
        meter.CreateObservableGauge("outbox.failed", () => _state.Failed, "{message}", "Events set aside; redrive them.");
        meter.CreateObservableGauge("outbox.lag", () => _state.Lag.TotalSeconds, "s", "Age of the oldest waiting event.");
    }

    public OutboxState State => _state;

    public void Published(int count) => _published.Add(count);

    public void Refresh(OutboxState state) => _state = state;
}
