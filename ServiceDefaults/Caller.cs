using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace OnePlatform.ServiceDefaults;

/// <summary>The roles, lowest first; a higher one may do what a lower one may.</summary>
public enum Role
{
    /// <summary>A signed-in person without a group, or somebody outside of it.</summary>
    None = 0,

    /// <summary>Outside buyer or student: sees what is published.</summary>
    Customer = 1,

    /// <summary>Works in the group.</summary>
    GroupUser = 2,

    /// <summary>Runs the group and those below it.</summary>
    GroupOwner = 3,

    /// <summary>Runs the platform.</summary>
    PlatformOwner = 4,
}

/// <summary>Who is calling, as the access token says; nothing else in a request is believed.</summary>
/// <param name="Kind"><c>person</c> or <c>key</c>.</param>
/// <param name="Id">The person, or the API key.</param>
/// <param name="PersonId">The person, or the one a key was made by.</param>
/// <param name="GroupId">The acting group: the only tenant this request may touch.</param>
/// <param name="Scopes">What the credential may do.</param>
/// <param name="AssuranceLevel">1: one factor; 2: two.</param>
/// <param name="SessionId">The session of a person.</param>
public sealed record Caller(
    string Kind, Guid Id, Guid? PersonId, Guid? GroupId, Role Role, ScopeSet Scopes, int AssuranceLevel, Guid? SessionId)
{
    /// <summary>An API key.</summary>
    public const string KeyKind = "key";

    /// <summary>A person.</summary>
    public const string PersonKind = "person";

    /// <summary>Reads the claims of a validated access token.</summary>
    public static Caller From(ClaimsPrincipal user)
    {
        var kind = user.FindFirstValue(TokenClaims.Kind) ?? PersonKind;
        var id = Required(user, TokenClaims.Subject);
        return new Caller(
            kind,
            id,
            kind == KeyKind ? Optional(user, TokenClaims.OnBehalfOf) : id,
            Optional(user, TokenClaims.GroupId),
            RoleNames.Parse(user.FindFirstValue(TokenClaims.Role)),
            ScopeSet.Parse(user.FindFirstValue(TokenClaims.Scope)),
            int.TryParse(user.FindFirstValue(TokenClaims.Assurance), CultureInfo.InvariantCulture, out var level) ? level : 1,
            Optional(user, TokenClaims.SessionId));
    }

    /// <summary>Lets a handler take the caller as a parameter; the endpoint must require access.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext context) => ValueTask.FromResult(context.RequiredCaller());

    private static Guid? Optional(ClaimsPrincipal user, string claim)
        => Guid.TryParse(user.FindFirstValue(claim), out var id) ? id : null;

    private static Guid Required(ClaimsPrincipal user, string claim)
        => Optional(user, claim) ?? throw new InvalidOperationException($"The access token has no usable claim '{claim}'.");
}

/// <summary>Claims of the platform's access tokens.</summary>
public static class TokenClaims
{
    /// <summary>Person or key.</summary>
    public const string Subject = "sub";

    /// <summary><c>person</c> or <c>key</c>.</summary>
    public const string Kind = "kind";

    /// <summary>For keys: the person who made it.</summary>
    public const string OnBehalfOf = "obo";

    /// <summary>Session.</summary>
    public const string SessionId = "sid";

    /// <summary>Acting group.</summary>
    public const string GroupId = "gid";

    /// <summary>Role in the acting group.</summary>
    public const string Role = "role";

    /// <summary>Space-separated scopes (RFC 9068).</summary>
    public const string Scope = "scope";

    /// <summary>Authenticator assurance level, 1 or 2.</summary>
    public const string Assurance = "aal";
}

/// <summary>The spellings of roles.</summary>
public static class RoleNames
{
    /// <summary>The role's name on the wire.</summary>
    public static string NameOf(Role role) => role switch
    {
        Role.PlatformOwner => "platform_owner",
        Role.GroupOwner => "group_owner",
        Role.GroupUser => "group_user",
        Role.Customer => "customer",
        _ => "none",
    };

    /// <summary>Reads a name or one of its older spellings; <see cref="Role.None"/> for anything else.</summary>
    public static Role Parse(string? name) => name switch
    {
        "platform_owner" => Role.PlatformOwner,
        "group_owner" or "org_owner" or "owner" or "admin" => Role.GroupOwner,
        "group_user" or "org_user" or "member" or "editor" => Role.GroupUser,
        "customer" or "viewer" or "audience_member" => Role.Customer,
        _ => Role.None,
    };
}
