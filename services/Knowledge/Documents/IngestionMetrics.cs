using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OnePlatform.Knowledge.Documents;

/// <summary>What becomes searchable, how fast, and what does not.</summary>
internal sealed class IngestionMetrics
{
    private readonly Counter<long> _jobs;
    private readonly Counter<long> _passages;
    private readonly Histogram<double> _duration;

    public IngestionMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("OnePlatform.Knowledge");
        _jobs = meter.CreateCounter<long>("knowledge.ingestion.jobs", "{job}", "Runs of documents' jobs, by the state they left: completed, failed, or queued for another try.");
        _duration = meter.CreateHistogram<double>("knowledge.ingestion.duration", "s", "Time of one run of a document's job.");
        _passages = meter.CreateCounter<long>("knowledge.indexed", "{passage}", "Passages that became searchable, of documents and of things.");
    }

    public void Ran(string state, long startedAt)
    {
        _jobs.Add(1, new KeyValuePair<string, object?>("state", state));
        _duration.Record(Stopwatch.GetElapsedTime(startedAt).TotalSeconds);
    }

    /// <param name="of">document or thing.</param>
    public void Indexed(int passages, string of) => _passages.Add(passages, new KeyValuePair<string, object?>("of", of));
}
