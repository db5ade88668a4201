using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace OnePlatform.Testing;

/// <summary>
/// What one host's instruments have said: counters summed, gauges and histograms with their last value; by name, followed by the tags'
/// values where there are any.
/// </summary>
public sealed class Measured : IDisposable
{
    private readonly ConcurrentDictionary<string, double> _figures = new();
    private readonly MeterListener _listener;

    /// <param name="factory">The host's own; instruments of others are not heard.</param>
    public Measured(IMeterFactory factory)
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == factory && instrument.Meter.Name.StartsWith("OnePlatform.", StringComparison.Ordinal))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Null where nothing has been said under that name.</summary>
    public double? this[string name]
    {
        get
        {
            _listener.RecordObservableInstruments();
            return _figures.TryGetValue(name, out var figure) ? figure : null;
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = string.Join(' ', [instrument.Name, .. tags.ToArray().Select(tag => $"{tag.Value}")]);
        _figures.AddOrUpdate(name, value, (_, before) => instrument is Counter<long> ? before + value : value);
    }
}
