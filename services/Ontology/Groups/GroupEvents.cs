using System.Text.Json;
using OnePlatform.Contracts;
using OnePlatform.Ontology.Contracts;
using OnePlatform.Ontology.People;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Groups;

/// <summary>What the other services hear of groups and memberships.</summary>
internal static class GroupEvents
{
    public static GroupsChanged Created(Group group, EventOrigin origin, DateTimeOffset now) => Changed(origin, now, [group], [Line(
        group, "group_created", now, new { group.Name, group.Slug, group.Type, group.Plan, ParentGroupId = group.ParentId })]);

    public static GroupsChanged Updated(Group group, IReadOnlyDictionary<string, FieldChange> changes, EventOrigin origin, DateTimeOffset now)
        => Changed(origin, now, [group], [Line(group, "group_updated", now, new { Changes = changes.Keys }, changes)]);

    public static GroupsChanged Archived(IReadOnlyList<Group> groups, EventOrigin origin, DateTimeOffset now)
        => Changed(origin, now, groups, [.. groups.Select(g => Line(g, "group_archived", now, new { g.Name, g.Slug }))]);

    public static GroupsChanged Restored(IReadOnlyList<Group> groups, EventOrigin origin, DateTimeOffset now)
        => Changed(origin, now, groups, [.. groups.Select(g => Line(g, "group_restored", now, new { g.Name, g.Slug }))]);

    /// <summary>One group was moved; the others of <paramref name="part"/> went along and have no line of their own.</summary>
    public static GroupsChanged Moved(Group moved, IReadOnlyList<Group> part, EventOrigin origin, DateTimeOffset now) => Changed(
        origin, now, part, part.Contains(moved) ? [Line(moved, "group_moved", now, new { moved.Name, ParentGroupId = moved.ParentId })] : []);

    public static MembershipsChanged Joined(Membership membership, EventOrigin origin, DateTimeOffset now) => new(
        Guid.CreateVersion7(now), now, origin,
        [new LogLine(
            Guid.CreateVersion7(now), membership.GroupId, "user_joined_group", now, membership.PersonId, "person",
            JsonSerializer.SerializeToElement(new { membership.Role, membership.InvitedBy }, ApiJson.Options), TargetVersion: membership.Version)],
        [membership.Snapshot()]);

    private static GroupsChanged Changed(EventOrigin origin, DateTimeOffset now, IReadOnlyList<Group> groups, IReadOnlyList<LogLine> log)
        => new(Guid.CreateVersion7(now), now, origin, log, [.. groups.Select(g => g.Snapshot())]);

    private static LogLine Line(
        Group group, string type, DateTimeOffset now, object metadata, IReadOnlyDictionary<string, FieldChange>? changes = null) => new(
        Guid.CreateVersion7(now), group.Id, type, now, group.Id, "group",
        JsonSerializer.SerializeToElement(metadata, ApiJson.Options), changes, group.Version);
}
