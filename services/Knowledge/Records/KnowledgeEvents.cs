using System.Text.Json;
using OnePlatform.Contracts;
using OnePlatform.Knowledge.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Records;

/// <summary>What the other services hear of knowledge: one line per mutation.</summary>
internal static class KnowledgeEvents
{
    private const string Kind = "knowledge";

    public static KnowledgeChanged Created(KnowledgeRecord row, EventOrigin origin) => Changed(
        "knowledge_created", row.GroupId, row.Id, new { EntityType = row.Type, EntityName = row.Title, row.ThingId }, row.Version, origin, row.CreatedAt);

    public static KnowledgeChanged Updated(Guid groupId, Guid id, object metadata, long version, EventOrigin origin, DateTimeOffset now)
        => Changed("knowledge_updated", groupId, id, metadata, version, origin, now);

    public static KnowledgeChanged Deleted(Guid groupId, Guid id, string type, string? title, EventOrigin origin, DateTimeOffset now)
        => Changed("knowledge_deleted", groupId, id, new { EntityType = type, EntityName = title }, null, origin, now);

    public static KnowledgeChanged Changed(
        string type, Guid groupId, Guid? id, object metadata, long? version, EventOrigin origin, DateTimeOffset now) => new(
        Guid.CreateVersion7(now), now, origin, [Line(type, groupId, id, metadata, version, now)], groupId);

    public static ActivityLogged Activity(string type, Guid groupId, object metadata, EventOrigin origin, DateTimeOffset now)
        => new(Guid.CreateVersion7(now), now, origin, [Line(type, groupId, null, metadata, null, now)]);

    private static LogLine Line(string type, Guid groupId, Guid? id, object metadata, long? version, DateTimeOffset now) => new(
        Guid.CreateVersion7(now), groupId, type, now, id, id is null ? null : Kind, JsonSerializer.SerializeToElement(metadata, ApiJson.Options),
        TargetVersion: version);
}
