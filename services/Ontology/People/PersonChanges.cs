using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Types;
using OnePlatform.Querying.Documents;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.People;

/// <summary>Who may change what of a person, and the change itself.</summary>
internal sealed class PersonChanges(PersonStore people, TypeRegistry types, RequestOrigin origin, TimeProvider clock)
{
    // Each attempt that fails means that another writer succeeded.
    private const int MostAttempts = 10;

    private static readonly string[] s_permissions = ["read", "write", "admin", "billing", "settings", "*"];

    /// <returns>The person as it is now, or the problem; neither when there is no such person.</returns>
    public async Task<(PersonResponse? Person, ProblemHttpResult? Problem)> PatchAsync(
        ActingGroup group, Guid id, JsonObjectBody body, IfMatch ifMatch, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await people.FindForChangeAsync(group.Id, id, cancellationToken) is not { } found)
            {
                return (null, null);
            }

            if (Refuse(found, ifMatch) is { } unchangeable)
            {
                return (null, unchangeable);
            }

            var person = found.Person;

            var (patch, problem) = PatchedBody.Read<PersonPatch>(body, AsJson(person));
            if (patch is null)
            {
                return (null, problem);
            }

            var role = RoleNames.Parse(patch.Role);
            var after = person with
            {
                Role = role == Role.None ? patch.Role : RoleNames.NameOf(role),
                Permissions = [.. patch.Permissions.Distinct(StringComparer.Ordinal)],
                Profile = patch.Profile,
                UpdatedAt = clock.GetUtcNow(),
                Version = person.Version + 1,
            };
            var changes = FieldChanges.Between(AsJson(person), AsJson(after), "profile");
            if (Refuse(group.Caller, person, after, role, [.. changes.Keys]) is { } refused)
            {
                return (null, refused);
            }

            if (changes.Count == 0)
            {
                return (person, null);
            }

            switch (await people.ChangeAsync(person, after, PersonEvents.Changed(person, after, changes, origin.Current), cancellationToken))
            {
                case PersonChange.Done:
                    return (after, null);
                case PersonChange.LastOwner:
                    return (null, PersonProblems.LastOwner());
            }
        }

        return (null, PersonProblems.Contended());
    }

    /// <returns>Whether the person was there, and the problem if one kept them there.</returns>
    public async Task<(bool Found, ProblemHttpResult? Problem)> RemoveAsync(
        ActingGroup group, Guid id, IfMatch ifMatch, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await people.FindForChangeAsync(group.Id, id, cancellationToken) is not { } found)
            {
                return (false, null);
            }

            if (Refuse(found, ifMatch) is { } unchangeable)
            {
                return (true, unchangeable);
            }

            var (person, now) = (found.Person, clock.GetUtcNow());
            var removed = person with { Status = "left", ArchivedAt = now, UpdatedAt = now, Version = person.Version + 1 };
            switch (await people.ChangeAsync(person, removed, PersonEvents.Removed(removed, group.Caller.Id, origin.Current), cancellationToken))
            {
                case PersonChange.Done:
                    return (true, null);
                case PersonChange.LastOwner:
                    return (true, PersonProblems.LastOwner());
            }
        }

        return (true, PersonProblems.Contended());
    }

    public static bool IsSelf(Caller caller, Guid person) => caller.Kind == Caller.PersonKind && caller.Id == person;

    private static ProblemHttpResult? Refuse(FoundPerson found, IfMatch ifMatch) => found.Group.IsActive
        ? ifMatch.Refuse(found.Person.Id, found.Person.Version, found.Group.RequireIfMatch)
        : PersonProblems.GroupArchived();

    private ProblemHttpResult? Refuse(Caller caller, PersonResponse before, PersonResponse after, Role role, string[] changed)
    {
        var ofProfile = changed.Any(name => name.StartsWith("profile", StringComparison.Ordinal));
        if (ofProfile && !IsSelf(caller, before.Id))
        {
            return Problems.Forbidden(ProblemCodes.InsufficientRole, "A profile is changed by the person alone.");
        }

        if (changed.Any(name => !name.StartsWith("profile", StringComparison.Ordinal)) && caller.Role < Role.GroupOwner)
        {
            return Problems.Forbidden(ProblemCodes.InsufficientRole, "Only an owner of the group changes roles and permissions.");
        }

        if (changed.Contains("role") && PersonProblems.RefuseGrant(caller, role) is { } refused)
        {
            return refused;
        }

        if (after.Permissions.FirstOrDefault(p => !s_permissions.Contains(p)) is not null)
        {
            return Problems.Invalid("/permissions", "invalid_permission", $"A permission is one of {string.Join(", ", s_permissions)}.");
        }

        if (!ofProfile)
        {
            return null;
        }

        if (StorableJson.FaultOf(after.Profile) is { } fault)
        {
            return Problems.Invalid("/profile", "invalid_profile", fault);
        }

        List<ProblemError> faults =
            [.. types.FindThingType("creator")!.Schema.Check(after.Profile, "/profile").Select(f => new ProblemError(f.Pointer, f.Code, f.Detail))];
        return faults.Count == 0 ? null : Problems.Invalid(faults);
    }

    private static JsonObject AsJson(PersonResponse person) => JsonSerializer.SerializeToNode(
        new PersonPatch { Role = person.Role, Permissions = person.Permissions, Profile = person.Profile }, ApiJson.Options)!.AsObject();
}
