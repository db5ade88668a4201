using OnePlatform.Identity.Accounts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.ApiKeys;

/// <summary>What a key may do, where and for how long; and whether one key's grants lie within another's.</summary>
internal sealed record KeyGrants(
    IReadOnlyList<string> Scopes, bool Subtree, DateTimeOffset ExpiresAt, KeyRateLimit RateLimit, IReadOnlyList<string> IpAllow)
{
    public static readonly KeyRateLimit DefaultRateLimit = new(1000, 100);

    // Everything in the group except managing keys.
    private static readonly string[] s_everythingButKeys =
        ["groups:*", "people:*", "things:*", "connections:*", "events:*", "knowledge:*", "ai:*", "webhooks:manage", "usage:read"];

    public static KeyGrants Of(ApiKey key)
        => new(key.Scopes, key.Subtree, key.ExpiresAt, new KeyRateLimit(key.RateRequests, key.RateBurst), key.IpAllow);

    /// <summary>Reads a request. What it leaves open is the default, or the maker's own where that is less.</summary>
    public static (KeyGrants? Grants, IReadOnlyList<ProblemError> Errors) Read(CreateApiKeyRequest request, ApiKey? maker, DateTimeOffset now)
    {
        List<ProblemError> errors = [.. DisplayNames.Check(request.Name), .. CheckScopes(request.Scopes)];
        var networks = (request.IpAllow ?? []).Select(AllowedNetworks.Normalize).ToList();
        errors.AddRange(networks.Select((network, i) => (network, i)).Where(n => n.network is null).Select(n => new ProblemError(
            $"/ipAllow/{n.i}", "invalid_network", "This is neither an IP address nor a network in CIDR notation.")));
        if (request.ExpiresAt <= now)
        {
            errors.Add(new ProblemError("/expiresAt", "not_in_future", "A key must end later than now."));
        }

        if (errors.Count > 0)
        {
            return (null, errors);
        }

        var year = now.AddYears(1);
        var grants = new KeyGrants(
            request.Scopes is { Count: > 0 } stated ? [.. stated.Distinct(StringComparer.Ordinal)] : DefaultScopes(maker),
            request.Subtree,
            request.ExpiresAt ?? (maker is not null && maker.ExpiresAt < year ? maker.ExpiresAt : year),
            request.RateLimit ?? (maker is not null && maker.RateRequests < DefaultRateLimit.Requests
                ? new KeyRateLimit(maker.RateRequests, maker.RateBurst)
                : DefaultRateLimit),
            networks.Count > 0 || maker is null ? [.. networks.OfType<string>()] : maker.IpAllow);
        return (grants, []);
    }

    public static IEnumerable<ProblemError> CheckScopes(IReadOnlyList<string>? scopes)
        => (scopes ?? []).Select((scope, i) => (scope, i)).Where(s => s.scope is null || !ScopeSet.IsKnown(s.scope)).Select(s => new ProblemError(
            $"/scopes/{s.i}", "unknown_scope", "There is no such scope."));

    /// <summary>Null when these grants lie within <paramref name="maker"/>'s, else which do not.</summary>
    public string? WiderThan(KeyGrants maker)
        => !ScopeSet.Of(maker.Scopes).Covers(ScopeSet.Of(Scopes)) ? "scopes"
            : Subtree && !maker.Subtree ? "subtree"
            : ExpiresAt > maker.ExpiresAt ? "expiresAt"
            : RateLimit.Requests > maker.RateLimit.Requests || RateLimit.Burst > maker.RateLimit.Burst ? "rateLimit"
            : !AllowedNetworks.Within(maker.IpAllow, IpAllow) ? "ipAllow"
            : null;

    private static string[] DefaultScopes(ApiKey? maker)
    {
        if (maker is null || ScopeSet.Of(maker.Scopes).Covers(ScopeSet.Of(s_everythingButKeys)))
        {
            return s_everythingButKeys;
        }

        return [.. maker.Scopes.Where(s => !ScopeSet.Of([s]).Covers("api-keys:manage"))];
    }
}
