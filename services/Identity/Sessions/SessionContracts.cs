using System.ComponentModel.DataAnnotations;
using OnePlatform.Identity.Accounts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Sessions;

public sealed record SignInRequest(
    [Required, StringLength(320)] string Email,
    [Required, StringLength(PasswordInput.Longest)] string Password);

public sealed record RefreshRequest([Required, StringLength(200)] string RefreshToken);

public sealed record SwitchGroupRequest([Required] Guid? GroupId);

/// <param name="AccessToken">For the header <c>Authorization: Bearer</c>.</param>
/// <param name="RefreshToken">Good once, for the next pair.</param>
/// <param name="ExpiresAt">When the access token ends.</param>
/// <param name="RefreshExpiresAt">When the refresh token ends.</param>
/// <param name="Group">The acting group; absent while the person has none.</param>
public sealed record SignedInResponse(
    UserResponse User,
    SessionResponse Session,
    string AccessToken,
    string RefreshToken,
    DateTimeOffset ExpiresAt,
    DateTimeOffset RefreshExpiresAt,
    ActingGroupResponse? Group);

/// <summary>No session yet: the password was right, and <c>POST /api/auth/2fa/verify</c> with this challenge and a code comes next.</summary>
public sealed record SecondFactorRequiredResponse(bool TwoFactorRequired, string Challenge);

/// <summary>The person's live sessions, the last seen first.</summary>
public sealed record SessionListResponse(IReadOnlyList<SessionResponse> Items);

/// <summary>A new access token for the session at hand.</summary>
public sealed record AccessTokenResponse(string AccessToken, DateTimeOffset ExpiresAt, ActingGroupResponse? Group);

/// <param name="Role">The person's role in the acting group; platform owners have theirs without a group too.</param>
/// <param name="AssuranceLevel">1: one factor; 2: two.</param>
public sealed record CurrentSessionResponse(
    UserResponse User, SessionResponse Session, ActingGroupResponse? Group, string Role, int AssuranceLevel);

public sealed record SessionResponse(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, DateTimeOffset ExpiresAt, string? Ip, string? UserAgent, bool Current)
{
    internal static SessionResponse Of(Session session, Guid? current)
        => new(session.Id, session.CreatedAt, session.LastSeenAt, session.ExpiresAt, session.Ip, session.UserAgent, session.Id == current);
}

public sealed record ActingGroupResponse(Guid Id, string? Slug, string? Name, string Role)
{
    internal static ActingGroupResponse? Of(Memberships.Standing? standing) => standing is null
        ? null
        : new(standing.GroupId, standing.Group?.Slug, standing.Group?.Name, RoleNames.NameOf(standing.Role));
}

internal static class PasswordInput
{
    /// <summary>In UTF-16 units; the rule for new passwords counts characters, of which the longest take two.</summary>
    public const int Longest = 256;
}
