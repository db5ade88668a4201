using System.Text.Json;
using OnePlatform.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Retention;

/// <summary>What retention did, as a line of the group's log.</summary>
internal static class PurgedEvents
{
    public const string Type = "events_purged";

    /// <param name="before">What was recorded before this time went.</param>
    public static ActivityLogged Of(Guid group, long count, DateTimeOffset before, IReadOnlyList<ArchivedFile> archives, DateTimeOffset now)
    {
        var metadata = new { EntityType = "event", Count = count, Before = before, Archives = archives.Count == 0 ? null : archives };
        var line = new LogLine(
            Guid.CreateVersion7(now), group, Type, now, group, "group", JsonSerializer.SerializeToElement(metadata, ApiJson.Options));
        return new ActivityLogged(Guid.CreateVersion7(now), now, EventOrigin.System, [line]);
    }
}
