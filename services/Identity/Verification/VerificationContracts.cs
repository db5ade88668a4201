using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Identity.Verification;

/// <summary>The token of the link, or the address and the six digits beside it.</summary>
public sealed record VerifyEmailRequest(
    [StringLength(200)] string? Token = null, [StringLength(320)] string? Email = null, [StringLength(20)] string? Code = null);

public sealed record ResendVerificationRequest([Required, StringLength(320)] string Email, [StringLength(2000)] string? ReturnTo = null);

/// <param name="Password">Needed unless the session is fresh.</param>
/// <param name="CallbackURL">Where the page behind the link leads on to.</param>
public sealed record ChangeEmailRequest(
    [Required, StringLength(320)] string NewEmail, [StringLength(256)] string? Password = null, [StringLength(2000)] string? CallbackURL = null);

/// <summary>Done.</summary>
public sealed record StatusResponse(bool Status = true);
