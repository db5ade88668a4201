namespace OnePlatform.Ontology.Groups;

/// <summary>The six types of group and what a new group of each begins with.</summary>
internal static class GroupTypes
{
    public const string Organization = "organization";

    public static IReadOnlyDictionary<string, GroupDefaults> All { get; } = new Dictionary<string, GroupDefaults>(StringComparer.Ordinal)
    {
        ["friend_circle"] = new("private", "invite_only", GroupPlans.Starter),
        ["business"] = new("private", "invite_only", GroupPlans.Pro),
        ["community"] = new("public", "approval_required", GroupPlans.Pro),
        ["dao"] = new("public", "open", GroupPlans.Pro),
        ["government"] = new("public", "approval_required", GroupPlans.Enterprise),
        [Organization] = new("private", "invite_only", GroupPlans.Starter),
    };
}

internal sealed record GroupDefaults(string Visibility, string JoinPolicy, string Plan);
