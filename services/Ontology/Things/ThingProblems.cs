using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Data;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things;

internal static class ThingProblems
{
    public static ProblemHttpResult Of(ThingOutcome outcome) => outcome.Refusal switch
    {
        ThingRefusal.Invalid => Problems.Invalid(outcome.Faults!),
        ThingRefusal.QuotaExceeded => outcome.Problem!,
        ThingRefusal.ExternalIdTaken => ExternalIdTaken(),
        _ => GroupArchived(),
    };

    public static ProblemHttpResult ExternalIdTaken() => Problems.Conflict("external_id_taken", "Another thing of the group has this external id.");

    public static ProblemHttpResult GroupArchived() => Problems.Conflict("group_archived", "The group is archived; nothing in it changes.");

    public static ProblemHttpResult Contended() => Problems.Conflict("conflict", "Others keep changing this thing; try again.");

    /// <summary>Owners change everything in their group, others what they made themselves.</summary>
    public static ProblemHttpResult? RefuseChange(Caller caller, ThingResponse thing, GroupFacts group)
        => !group.IsActive ? GroupArchived()
            : MayChange(caller, thing) ? null
            : Problems.Forbidden(ProblemCodes.InsufficientRole, "Only an owner of the group changes what others made.");

    public static bool MayChange(Caller caller, ThingResponse thing)
        => caller.Role >= Role.GroupOwner || thing.CreatedBy == caller.Id || (caller.PersonId is { } person && thing.CreatedBy == person);
}
