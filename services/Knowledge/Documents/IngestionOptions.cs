using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Knowledge.Documents;

/// <summary>How documents are indexed; section <c>Ingestion</c>.</summary>
internal sealed class IngestionOptions
{
    public const string Section = "Ingestion";

    /// <summary>Chunks that are embedded and committed together.</summary>
    [Range(1, 1000)]
    public int BatchSize { get; set; } = 32;

    /// <summary>How long after its last batch an instance counts as dead and another takes its job.</summary>
    public TimeSpan Claim { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often an instance looks for jobs nobody works at.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a job may wait for its event; the broker is quicker than this unless it is away.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Tries while the embedding endpoint is away, each a little later than the one before.</summary>
    [Range(1, 1000)]
    public int MostAttempts { get; set; } = 30;

    /// <summary>Wait after the first failed try; it doubles, up to five minutes.</summary>
    public TimeSpan Backoff { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>After so long without a change one who follows a job is sent a comment; shorter than what proxies on the way allow.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);
}
