using System.Text;
using System.Text.Json;
using OnePlatform.Events.Types;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Recording;

/// <summary>What an event from outside must fulfil before it is believed.</summary>
internal static class CustomEventRules
{
    public const int LargestMetadata = 32 * 1024;

    /// <summary>No event is older; where the log begins.</summary>
    public static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Clocks of clients differ; a minute ahead is still now.
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(1);

    public static IReadOnlyList<ProblemError> Check(CreateEventRequest request, DateTimeOffset now)
    {
        var errors = new List<ProblemError>();
        var known = EventTypes.Find(request.Type);
        if (known is { Reserved: true })
        {
            errors.Add(new("/type", "reserved_event_type", "Only the platform itself tells of this type."));
        }
        else if (known is null && !EventTypes.IsCustom(request.Type))
        {
            errors.Add(new("/type", "unknown_event_type", "A type of your own begins with 'x.', followed by a-z, 0-9, '_' and '.'."));
        }

        if (request.OccurredAt is { } time && (time > now + s_tolerance || time < Earliest))
        {
            errors.Add(new("/occurredAt", "implausible_time", "An event has happened, and not before 2000-01-01."));
        }

        errors.AddRange(CheckMetadata(request.Metadata, known?.Required ?? []));
        return errors;
    }

    private static IEnumerable<ProblemError> CheckMetadata(JsonElement? metadata, IReadOnlyList<string> required)
    {
        if (metadata is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null or JsonValueKind.Undefined) })
        {
            return [new("/metadata", "invalid", "metadata is an object.")];
        }

        var isObject = metadata is { ValueKind: JsonValueKind.Object };
        if (isObject && Encoding.UTF8.GetByteCount(metadata!.Value.GetRawText()) > LargestMetadata)
        {
            return [new("/metadata", "metadata_too_large", $"metadata has at most {LargestMetadata} bytes.")];
        }

        return required
            .Where(name => !isObject || !metadata!.Value.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            .Select(name => new ProblemError($"/metadata/{name}", "required", "Events of this type must have it."));
    }
}
