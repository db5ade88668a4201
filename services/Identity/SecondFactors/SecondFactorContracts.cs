using System.ComponentModel.DataAnnotations;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.SecondFactors;

/// <param name="Password">Needed from who has one; who signs in by a provider only needs a fresh session.</param>
public sealed record EnableSecondFactorRequest([StringLength(PasswordInput.Longest)] string? Password = null);

/// <param name="OtpauthUri">For the authenticator app.</param>
/// <param name="QrSvg">The same as a picture.</param>
/// <param name="Secret">The same to type in, base32.</param>
public sealed record SecondFactorSetupResponse(string OtpauthUri, string QrSvg, string Secret);

/// <param name="Challenge">From a sign-in that asked for the second factor; absent to finish setting it up.</param>
public sealed record VerifySecondFactorRequest([Required, StringLength(20)] string Code, [StringLength(200)] string? Challenge = null);

/// <param name="Password">Needed unless the session is fresh.</param>
public sealed record SecondFactorProofRequest([StringLength(PasswordInput.Longest)] string? Password = null);

public sealed record RecoverRequest([Required, StringLength(200)] string Challenge, [Required, StringLength(40)] string RecoveryCode);

/// <summary>Shown once; each is good once, in place of the app.</summary>
public sealed record RecoveryCodesResponse(IReadOnlyList<string> RecoveryCodes);
