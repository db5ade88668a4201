using System.ComponentModel.DataAnnotations;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.Accounts;

/// <param name="InviteToken">From an invitation's link; the membership it grants comes with the account.</param>
public sealed record SignUpRequest(
    [Required, StringLength(320)] string Email,
    [Required, StringLength(PasswordInput.Longest)] string Password,
    [Required, StringLength(200, MinimumLength = 1)] string Name,
    [StringLength(200)] string? InviteToken = null);

/// <summary>No session yet: a mail went to the address, whether or not it had an account before.</summary>
public sealed record VerificationRequiredResponse(bool VerificationRequired, string Email);

/// <param name="TwoFactorEnabled">Whether a sign-in takes a second factor.</param>
public sealed record UserResponse(
    Guid Id, string Email, string Name, bool EmailVerified, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, bool TwoFactorEnabled)
{
    internal static UserResponse Of(User user) => new(user.Id, user.Email, user.Name, user.EmailVerified, user.CreatedAt, user.UpdatedAt, user.SecondFactorEnabled);
}
