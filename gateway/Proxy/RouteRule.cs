using Yarp.ReverseProxy.Configuration;

namespace OnePlatform.Gateway.Proxy;

/// <summary>What the gateway does with the credential of a route.</summary>
internal enum CredentialUse
{
    /// <summary>401 without a good one.</summary>
    Required,

    /// <summary>None will do; a bad one is 401.</summary>
    Optional,

    /// <summary>Sign-in and its pages: cookies pass, and a credential that has ended must not keep anybody from getting another.</summary>
    Lenient,

    /// <summary>Not the gateway's matter: OpenID Connect clients speak for themselves there.</summary>
    None,
}

internal enum BodyKind
{
    Json,
    Bulk,
    Document,
    Unlimited,
}

internal enum CostKind
{
    Plain,
    Bulk,
    Import,
    Export,
    Document,
    Ai,
}

internal enum AnswerKind
{
    Whole,

    /// <summary>Goes out as it comes in; never kept, so an Idempotency-Key means nothing there.</summary>
    Stream,
}

/// <summary>How the gateway treats a route; the metadata of the routes in appsettings.json.</summary>
/// <param name="Scopes">Resources of which a credential needs some scope to get anything here; null where it needs none.</param>
internal sealed record RouteRule(
    CredentialUse Credential, BodyKind Body, CostKind Cost, AnswerKind Answer, bool IsProxied, IReadOnlyList<string>? Scopes = null)
{
    /// <summary>Of paths nobody answers, so that they cannot be told from others without a credential.</summary>
    public static RouteRule Unknown { get; } = new(CredentialUse.Required, BodyKind.Json, CostKind.Plain, AnswerKind.Whole, IsProxied: false);

    /// <summary>Of the gateway's own pages.</summary>
    public static RouteRule Public { get; } = Unknown with { Credential = CredentialUse.None };

    /// <summary>Of <c>/api/health</c>.</summary>
    public static RouteRule Welcoming { get; } = Unknown with { Credential = CredentialUse.Optional };

    public static RouteRule From(RouteConfig route) => new(
        Read(route, "Credential", CredentialUse.Required),
        Read(route, "Body", BodyKind.Json),
        Read(route, "Cost", CostKind.Plain),
        Read(route, "Answer", AnswerKind.Whole),
        IsProxied: true,
        route.Metadata?.GetValueOrDefault("Scopes")?.Split(' '));

    private static T Read<T>(RouteConfig route, string name, T otherwise)
        where T : struct, Enum
        => route.Metadata is { } metadata && metadata.TryGetValue(name, out var text)
            ? Enum.TryParse<T>(text, out var value)
                ? value
                : throw new InvalidOperationException($"The route '{route.RouteId}' states the {name} '{text}', which is not one of {string.Join(", ", Enum.GetNames<T>())}.")
            : otherwise;
}
