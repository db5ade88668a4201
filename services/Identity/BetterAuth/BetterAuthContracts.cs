using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.BetterAuth;

// These clients send members for plugins that we do not have; unlike elsewhere, they are skipped.
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record BetterAuthSignUpRequest(
    [Required, StringLength(320)] string Email,
    [Required, StringLength(PasswordInput.Longest)] string Password,
    [Required, StringLength(200, MinimumLength = 1)] string Name,
    [StringLength(200)] string? InviteToken = null);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record BetterAuthSignInRequest(
    [Required, StringLength(320)] string Email, [Required, StringLength(PasswordInput.Longest)] string Password, [StringLength(2000)] string? CallbackURL = null);

/// <param name="RedirectTo">Where the page behind the link leads on to; for a reset.</param>
/// <param name="CallbackURL">The same for the other mails.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record BetterAuthMailRequest(
    [Required, StringLength(320)] string Email, [StringLength(2000)] string? RedirectTo = null, [StringLength(2000)] string? CallbackURL = null);

/// <param name="Token">As <c>list-sessions</c> gave it.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record BetterAuthRevokeRequest([Required] Guid? Token);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record BetterAuthUpdateUserRequest([Required, StringLength(200, MinimumLength = 1)] string Name);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record BetterAuthPasswordRequest([StringLength(PasswordInput.Longest)] string? Password = null);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record BetterAuthCodeRequest([Required, StringLength(40)] string Code);

/// <param name="Provider">Its name here.</param>
/// <param name="CallbackURL">Where to go on to after the sign-in.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record BetterAuthSocialRequest([Required, StringLength(40)] string Provider, [StringLength(2000)] string? CallbackURL = null);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record BetterAuthOAuth2Request([Required, StringLength(40)] string ProviderId, [StringLength(2000)] string? CallbackURL = null);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record BetterAuthUnlinkRequest([Required, StringLength(40)] string ProviderId);

/// <param name="Url">The provider's page.</param>
/// <param name="Redirect">The client leads there by itself.</param>
public sealed record BetterAuthSocial(Uri Url, bool Redirect = true);

public sealed record BetterAuthAccount(
    string Id, string ProviderId, string AccountId, Guid UserId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyList<string> Scopes);

public sealed record BetterAuthUser(string Id, string Email, string Name, bool EmailVerified, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, bool TwoFactorEnabled);

/// <param name="Token">Names the session at <c>revoke-session</c>; it is no credential.</param>
/// <param name="ActiveOrganizationId">The group that the session acts in.</param>
public sealed record BetterAuthSession(
    string Id, string UserId, string Token, DateTimeOffset ExpiresAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string? IpAddress, string? UserAgent,
    string? ActiveOrganizationId);

public sealed record BetterAuthCurrent(BetterAuthSession Session, BetterAuthUser User);

public sealed record BetterAuthSignedIn(bool Redirect, string Token, BetterAuthUser User, string? Url = null);

/// <param name="Token">Null until the address is verified.</param>
public sealed record BetterAuthSignedUp(string? Token, BetterAuthUser User);

public sealed record BetterAuthChallenged(bool TwoFactorRedirect, IReadOnlyList<string> TwoFactorMethods);

public sealed record BetterAuthError(string Code, string Message);

public sealed record BetterAuthTotp([property: JsonPropertyName("totpURI")] string TotpUri, IReadOnlyList<string>? BackupCodes = null, string? Method = null);

public sealed record BetterAuthBackupCodes(bool Status, IReadOnlyList<string> BackupCodes);
