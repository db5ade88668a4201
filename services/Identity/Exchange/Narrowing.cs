using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Exchange;

internal static class Narrowing
{
    /// <summary>What both allow, as the list of a token.</summary>
    public static string Of(IReadOnlyList<string> scopes, ScopeSet? within)
    {
        if (within is null)
        {
            return string.Join(' ', scopes);
        }

        var all = ScopeSet.Of(scopes);
        var asked = within.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return ScopeSet.Of(scopes.Where(within.Covers).Concat(asked.Where(all.Covers))).ToString();
    }
}
