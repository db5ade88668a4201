using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Events.Streaming;

/// <summary>The live stream; section <c>Events:Stream</c>.</summary>
internal sealed class EventStreamOptions
{
    public const string Section = "Events:Stream";

    /// <summary>After so long without an event a listener is sent a comment; shorter than what proxies on the way allow.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);
}
