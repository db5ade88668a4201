using System.Diagnostics.Metrics;

namespace OnePlatform.Events.Sequencing;

internal sealed class SequencerMetrics
{
    private readonly Counter<long> _recorded;
    private readonly Counter<long> _repeated;
    private readonly Histogram<double> _duration;
    private int _leads;

    public SequencerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("OnePlatform.Events");
        _recorded = meter.CreateCounter<long>("events.recorded", "{event}", "Events that got their position.");
        _repeated = meter.CreateCounter<long>("events.repeated", "{event}", "Second deliveries that were dropped.");
        _duration = meter.CreateHistogram<double>("events.sequencing.duration", "s", "Time to number one batch.");
        meter.CreateObservableGauge("events.sequencing.leads", () => _leads, "{instance}", "1 where this instance numbers the events.");
    }

    public void Moved(long added, long repeated, TimeSpan duration)
    {
        _recorded.Add(added);
        _repeated.Add(repeated);
        _duration.Record(duration.TotalSeconds);
    }

    public void Leads(bool leads) => _leads = leads ? 1 : 0;
}
