using System.Text.Json;
using OnePlatform.Contracts;
using OnePlatform.Ontology.Contracts;
using OnePlatform.Ontology.People.Invitations;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.People;

/// <summary>What the other services hear of people in groups. Addresses stay out of the log.</summary>
internal static class PersonEvents
{
    private const string Kind = "person";

    public static PersonInvited Invited(Invitation invitation, string groupName, EventOrigin origin, DateTimeOffset now) => new(
        Guid.CreateVersion7(now), now, origin,
        [Line(invitation.GroupId, "user_invited_to_group", now, invitation.Id, "invitation", new { invitation.Role, invitation.ExpiresAt })],
        invitation.Id, invitation.GroupId, groupName, invitation.Email, invitation.Role, invitation.ExpiresAt);

    public static ActivityLogged Withdrawn(Invitation invitation, EventOrigin origin, DateTimeOffset now) => new(
        Guid.CreateVersion7(now), now, origin,
        [Line(invitation.GroupId, "invitation_withdrawn", now, invitation.Id, "invitation", new { invitation.Role })]);

    public static MembershipsChanged Changed(
        PersonResponse before, PersonResponse after, IReadOnlyDictionary<string, FieldChange> changes, EventOrigin origin)
    {
        var line = before.Role == after.Role
            ? Line(after.GroupId, "person_updated", after.UpdatedAt, after.Id, Kind, new { Changes = changes.Keys })
            : Line(after.GroupId, "person_role_changed", after.UpdatedAt, after.Id, Kind, new { OldRole = before.Role, NewRole = after.Role });
        return Of(SnapshotOf(after), line with { Changes = changes, TargetVersion = after.Version }, origin, after.UpdatedAt);
    }

    public static MembershipsChanged Removed(PersonResponse person, Guid? by, EventOrigin origin) => Removed(SnapshotOf(person), by, origin, person.UpdatedAt);

    public static MembershipsChanged Removed(MembershipSnapshot place, Guid? by, EventOrigin origin, DateTimeOffset now) => Of(
        place,
        Line(place.GroupId, "user_removed_from_group", now, place.PersonId, Kind, new { RemovedUserId = place.PersonId, RemovedBy = by })
            with
        { TargetVersion = place.Version },
        origin, now);

    private static MembershipsChanged Of(MembershipSnapshot place, LogLine line, EventOrigin origin, DateTimeOffset now) => new(
        Guid.CreateVersion7(now), now, origin, [line], [place]);

    private static MembershipSnapshot SnapshotOf(PersonResponse person)
        => new(person.GroupId, person.Id, person.Role, person.Permissions, person.ArchivedAt is null, person.Version);

    private static LogLine Line(Guid groupId, string type, DateTimeOffset now, Guid target, string kind, object metadata) => new(
        Guid.CreateVersion7(now), groupId, type, now, target, kind, JsonSerializer.SerializeToElement(metadata, ApiJson.Options));
}
