namespace OnePlatform.Ontology.Things;

/// <summary>The states of a thing and the moves between them.</summary>
internal static class ThingStatus
{
    public const string Draft = "draft";
    public const string Active = "active";
    public const string Published = "published";
    public const string Inactive = "inactive";
    public const string Archived = "archived";

    private static readonly Dictionary<string, string[]> s_moves = new(StringComparer.Ordinal)
    {
        [Draft] = [Active, Published, Archived],
        [Active] = [Published, Inactive, Archived],
        [Published] = [Active, Archived],
        [Inactive] = [Active, Archived],
        // Back to active, by restoring.
        [Archived] = [],
    };

    public static IReadOnlyCollection<string> All => s_moves.Keys;

    public static bool CanMove(string from, string to) => from == to || s_moves[from].Contains(to);

    public static bool CanBegin(string status) => status != Archived && s_moves.ContainsKey(status);
}
