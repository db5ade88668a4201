using OnePlatform.ServiceDefaults;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OnePlatform.Identity.OpenIdConnect;

/// <summary>What a client can be allowed.</summary>
internal static class ClientScopes
{
    /// <summary>About the person who signs in.</summary>
    public static IReadOnlyList<string> OfPerson { get; } = [Scopes.OpenId, Scopes.Profile, Scopes.Email, Scopes.OfflineAccess];

    /// <summary>Of the platform's routes. Managing keys is left out: a key would outlive the consent and could do more.</summary>
    public static IReadOnlyList<string> OfPlatform { get; } = [.. ScopeSet.Known.Where(s => s != "api-keys:manage")];

    public static bool IsKnown(string scope) => OfPerson.Contains(scope) || OfPlatform.Contains(scope);

    /// <summary>For the page that asks for consent.</summary>
    public static string Describe(string scope) => scope switch
    {
        Scopes.OpenId => "Know who you are",
        Scopes.Profile => "See your name",
        Scopes.Email => "See your e-mail address",
        Scopes.OfflineAccess => "Stay signed in when you are away",
        "ai:generate" => "Ask for answers of the language model",
        "ai:embed" => "Turn text into vectors",
        "webhooks:manage" => "Manage webhooks",
        "usage:read" => "See usage",
        _ when scope.Split(':') is [var what, var verb] => verb switch
        {
            "read" => $"See {what}",
            "write" => $"See, make and change {what}",
            _ => $"Delete {what}",
        },
        _ => scope,
    };
}
