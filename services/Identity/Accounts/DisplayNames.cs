using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Accounts;

/// <summary>Names that people give themselves and their keys; they are shown on pages, in mails and in logs.</summary>
internal static class DisplayNames
{
    public const string Rule = "A name has at least one visible character and no control characters.";

    public static bool IsGood(string name) => !string.IsNullOrWhiteSpace(name) && !name.Any(char.IsControl);

    /// <summary>The fault of a request's name; none for a good one, and for one that is absent.</summary>
    public static IEnumerable<ProblemError> Check(string? name)
        => name is null || IsGood(name) ? [] : [new ProblemError("/name", "invalid_name", Rule)];
}
