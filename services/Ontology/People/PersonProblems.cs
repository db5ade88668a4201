using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.People;

internal static class PersonProblems
{
    /// <summary>Nobody grants a role above their own, and the platform's own role belongs to no group.</summary>
    public static ProblemHttpResult? RefuseGrant(Caller caller, Role role) => role switch
    {
        Role.None => Problems.Invalid("/role", "invalid_role", "A role is group_owner, group_user or customer."),
        _ when role > caller.Role => Problems.Forbidden(ProblemCodes.InsufficientRole, "Nobody grants a role above their own."),
        Role.PlatformOwner => Problems.Invalid("/role", "invalid_role", "The platform's owners are named by configuration, not in a group."),
        _ => null,
    };

    public static ProblemHttpResult LastOwner() => Problems.Conflict("last_owner", "A group keeps at least one owner; name another one first.");

    public static ProblemHttpResult Contended() => Problems.Conflict("conflict", "Others keep changing this person; try again.");

    public static ProblemHttpResult GroupArchived() => Problems.Conflict("group_archived", "The group is archived; nothing in it changes.");
}
