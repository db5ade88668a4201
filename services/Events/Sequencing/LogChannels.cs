namespace OnePlatform.Events.Sequencing;

/// <summary>The PostgreSQL channels by which instances wake each other.</summary>
internal static class LogChannels
{
    /// <summary>Lines were committed and wait for a position.</summary>
    public const string Waiting = "events_waiting";

    /// <summary>A group's log grew; the payload is its id and its last position.</summary>
    public const string Grown = "events_grown";
}
