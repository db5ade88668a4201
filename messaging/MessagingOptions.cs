using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Messaging;

/// <summary>How messages are received; section <c>Messaging</c>.</summary>
public sealed class MessagingOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Messaging";

    /// <summary>Prefix of every queue, so that several installations share a broker.</summary>
    [RegularExpression("^[a-z0-9-]*$")]
    public string QueuePrefix { get; set; } = "";

    /// <summary>Messages a consumer holds unacknowledged.</summary>
    [Range(1, 10_000)]
    public int Prefetch { get; set; } = 64;

    /// <summary>
    /// Delays before a failed message is tried again; after the last it goes to the queue's <c>_error</c> queue. Unless stated: 100 ms,
    /// 500 ms, 2 s, 5 s and 15 s. While the database is away a message waits, and none of this counts.
    /// </summary>
    // Not its default: configuration adds to a list that is there already.
    public IReadOnlyList<TimeSpan>? Retries { get; set; }

    /// <summary>How often the broker is asked how many messages wait in the service's queues, for metrics.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan WatchInterval { get; set; } = TimeSpan.FromSeconds(15);

    internal static IReadOnlyList<TimeSpan> DefaultRetries { get; } =
        [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15)];
}
