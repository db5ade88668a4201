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
        return Of(after, line with { Changes = changes, TargetVersion = after.Version }, origin);
    }

    public static MembershipsChanged Removed(PersonResponse person, Guid? by, EventOrigin origin) => Of(
        person,
        Line(person.GroupId, "user_removed_from_group", person.UpdatedAt, person.Id, Kind, new { RemovedUserId = person.Id, RemovedBy = by })
            with
        { TargetVersion = person.Version },
        origin);

    private static MembershipsChanged Of(PersonResponse person, LogLine line, EventOrigin origin) => new(
        Guid.CreateVersion7(person.UpdatedAt), person.UpdatedAt, origin, [line],
        [new MembershipSnapshot(person.GroupId, person.Id, person.Role, person.Permissions, person.ArchivedAt is null, person.Version)]);

    private static LogLine Line(Guid groupId, string type, DateTimeOffset now, Guid target, string kind, object metadata) => new(
        Guid.CreateVersion7(now), groupId, type, now, target, kind, JsonSerializer.SerializeToElement(metadata, ApiJson.Options));
}
