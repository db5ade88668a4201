using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Messaging;

/// <summary>How the relay works; section <c>Messaging:Outbox</c>.</summary>
public sealed class OutboxOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Messaging:Outbox";

    /// <summary>Rows claimed and published at once.</summary>
    [Range(1, 2000)]
    public int BatchSize { get; set; } = 200;

    /// <summary>How often the relay looks although nobody woke it, for rows of other instances and for what has become due.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How far apart the relay's claims are at least while there is something to publish. An event that comes alone is published at
    /// once; those that follow within this time gather, and one claim, one publication and one delivery serve them all.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:05")]
    public TimeSpan GatherTime { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a batch may wait for the broker's confirms.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Failures of one message before it is set aside for redrive.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 10;

    /// <summary>First delay after a failure; doubles up to <see cref="MaxBackoff"/>.</summary>
    public TimeSpan Backoff { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest delay after a failure.</summary>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often depth, age and failures are looked at, for metrics and health.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan WatchInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long inbox rows are kept; longer than any redelivery by the broker.</summary>
    public TimeSpan InboxRetention { get; set; } = TimeSpan.FromDays(7);
}
