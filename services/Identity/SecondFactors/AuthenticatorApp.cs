using OtpNet;
using QRCoder;

namespace OnePlatform.Identity.SecondFactors;

/// <summary>TOTP as every app speaks it: SHA-1, six digits, thirty seconds.</summary>
internal static class AuthenticatorApp
{
    public static byte[] NewSecret() => KeyGeneration.GenerateRandomKey(20);

    /// <returns>The time step of the code, one before and one after included; null when it is wrong.</returns>
    public static long? StepOf(byte[] secret, string code, DateTimeOffset now)
        => new Totp(secret).VerifyTotp(now.UtcDateTime, code.Replace(" ", "", StringComparison.Ordinal), out var step, new VerificationWindow(1, 1)) ? step : null;

    public static SecondFactorSetupResponse Describe(byte[] secret, string email)
    {
        var uri = new OtpUri(OtpType.Totp, secret, email, "OnePlatform").ToString();
        using var data = QRCodeGenerator.GenerateQrCode(uri, QRCodeGenerator.ECCLevel.M);
        using var code = new SvgQRCode(data);
        return new SecondFactorSetupResponse(uri, code.GetGraphic(4), Base32Encoding.ToString(secret));
    }
}
