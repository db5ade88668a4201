namespace OnePlatform.ServiceDefaults;

/// <summary>The scopes of a credential. <c>x:*</c> covers every verb of x, <c>*</c> everything, and write implies read.</summary>
public sealed class ScopeSet
{
    private readonly HashSet<string> _scopes;

    private ScopeSet(IEnumerable<string> scopes) => _scopes = new HashSet<string>(scopes, StringComparer.Ordinal);

    /// <summary>Every scope that can be asked for, wildcards left out.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        .. from dimension in new[] { "groups", "people", "things", "connections", "events", "knowledge" }
           from verb in new[] { "read", "write", "delete" }
           select $"{dimension}:{verb}",
        "ai:generate", "ai:embed", "api-keys:manage", "webhooks:manage", "usage:read",
    ];

    /// <summary>Reads the space-separated list of a token (RFC 6749 §3.3).</summary>
    public static ScopeSet Parse(string? list)
        => new((list ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>A set of the given scopes.</summary>
    public static ScopeSet Of(IEnumerable<string> scopes) => new(scopes);

    /// <summary>True for a known scope, <c>*</c>, or a wildcard over a known resource.</summary>
    public static bool IsKnown(string scope)
        => scope == "*" || Known.Contains(scope)
            || (scope.EndsWith(":*", StringComparison.Ordinal) && Known.Any(k => k.StartsWith(scope[..^1], StringComparison.Ordinal)));

    /// <summary>Whether the set covers <paramref name="scope"/>, itself possibly a wildcard.</summary>
    public bool Covers(string scope)
    {
        if (_scopes.Contains("*") || _scopes.Contains(scope))
        {
            return true;
        }

        var colon = scope.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return false;
        }

        var resource = scope[..colon];
        return _scopes.Contains($"{resource}:*") || (scope.EndsWith(":read", StringComparison.Ordinal) && _scopes.Contains($"{resource}:write"));
    }

    /// <summary>Whether every scope of <paramref name="other"/> is covered.</summary>
    public bool Covers(ScopeSet other) => other._scopes.All(Covers);

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', _scopes.Order(StringComparer.Ordinal));
}
