using System.ComponentModel.DataAnnotations;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.Profile;

public sealed record UpdateProfileRequest([Required, StringLength(200, MinimumLength = 1)] string Name);

/// <param name="Password">Needed unless the session is fresh.</param>
public sealed record DeleteAccountRequest([StringLength(PasswordInput.Longest)] string? Password = null);
