using System.Text.Json;
using System.Text.Json.Nodes;
using OnePlatform.Contracts;
using OnePlatform.Ontology.Contracts;
using OnePlatform.Ontology.Http;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things;

/// <summary>What the other services hear of things: one line per mutation.</summary>
internal static class ThingEvents
{
    public const string Kind = "thing";
    public const string ArchivedType = "entity_archived";

    public static ThingsChanged Created(ThingResponse thing, EventOrigin origin) => Of([thing], origin, [CreatedLine(thing)], thing.UpdatedAt);

    public static LogLine CreatedLine(ThingResponse thing)
        => Line(thing, "entity_created", new { EntityType = thing.Type, EntityName = thing.Name, thing.Status });

    /// <summary>A stranger's message; it is told as such, not as one more thing.</summary>
    public static ThingsChanged Submitted(ThingResponse thing, string email, string? subject, EventOrigin origin) => Of(
        [thing], origin, [Line(thing, "contact_submitted", new { Email = email, Subject = subject ?? "" })], thing.UpdatedAt);

    public static ThingsChanged Updated(ThingResponse before, ThingResponse after, EventOrigin origin)
        => Of([after], origin, [UpdatedLine(before, after)], after.UpdatedAt);

    public static LogLine UpdatedLine(ThingResponse before, ThingResponse after)
    {
        var changes = FieldChanges.Between(Fields(before), Fields(after), "properties");
        return Line(
            after, "entity_updated",
            new
            {
                EntityType = after.Type,
                Changes = changes.Keys,
                PreviousStatus = before.Status == after.Status ? null : before.Status,
                NewStatus = before.Status == after.Status ? null : after.Status,
            },
            changes);
    }

    public static ThingsChanged Archived(string previousStatus, ThingResponse thing, EventOrigin origin)
        => Of([thing], origin, [ArchivedLine(previousStatus, thing)], thing.UpdatedAt);

    public static LogLine ArchivedLine(string previousStatus, ThingResponse thing) => Line(
        thing, ArchivedType, new { EntityType = thing.Type, EntityName = thing.Name, PreviousStatus = previousStatus },
        StatusChange(previousStatus, thing.Status));

    public static ThingsChanged Restored(ThingResponse thing, EventOrigin origin) => Of(
        [thing], origin, [Line(thing, "entity_restored", new { EntityType = thing.Type, EntityName = thing.Name }, StatusChange(ThingStatus.Archived, thing.Status))], thing.UpdatedAt);

    public static ThingsChanged Of(IReadOnlyList<ThingResponse> things, EventOrigin origin, IReadOnlyList<LogLine> log, DateTimeOffset now) => new(
        Guid.CreateVersion7(now), now, origin, log,
        [.. things.Select(t => new ThingSnapshot(t.Id, t.GroupId, t.Type, t.Name, t.Status, t.Properties, t.UpdatedAt, t.Version))]);

    private static LogLine Line(ThingResponse thing, string type, object metadata, Dictionary<string, FieldChange>? changes = null) => new(
        Guid.CreateVersion7(thing.UpdatedAt), thing.GroupId, type, thing.UpdatedAt, thing.Id, Kind,
        JsonSerializer.SerializeToElement(metadata, ApiJson.Options), changes, thing.Version);

    private static Dictionary<string, FieldChange> StatusChange(string from, string to)
        => FieldChanges.Between(new JsonObject { ["status"] = from }, new JsonObject { ["status"] = to });

    /// <summary>What of a thing can change, by name; a change names it so.</summary>
    public static JsonObject Fields(ThingResponse thing) => new()
    {
        ["type"] = thing.Type,
        ["name"] = thing.Name,
        ["status"] = thing.Status,
        ["externalId"] = thing.ExternalId,
        ["properties"] = JsonObject.Create(thing.Properties),
    };
}
