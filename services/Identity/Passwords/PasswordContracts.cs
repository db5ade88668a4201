using System.ComponentModel.DataAnnotations;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.Passwords;

/// <param name="RedirectTo">Where the page behind the link leads on to: a path, or an address of a trusted origin.</param>
public sealed record ForgotPasswordRequest([Required, StringLength(320)] string Email, [StringLength(2000)] string? RedirectTo = null);

/// <param name="Password">The new one.</param>
/// <param name="NewPassword">The same under the name that Better Auth clients use.</param>
public sealed record ResetPasswordRequest(
    [Required, StringLength(200)] string Token,
    [StringLength(PasswordInput.Longest)] string? Password = null,
    [StringLength(PasswordInput.Longest)] string? NewPassword = null);

/// <param name="RevokeOthers">End the other sessions; yes unless said otherwise.</param>
/// <param name="RevokeOtherSessions">The same under the name that Better Auth clients use.</param>
public sealed record ChangePasswordRequest(
    [Required, StringLength(PasswordInput.Longest)] string CurrentPassword,
    [Required, StringLength(PasswordInput.Longest)] string NewPassword,
    bool? RevokeOthers = null,
    bool? RevokeOtherSessions = null);
