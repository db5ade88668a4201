namespace OnePlatform.Identity.OneTime;

internal static class OneTimePurposes
{
    public const string VerifyEmail = "verify-email";
    public const string ChangeEmail = "change-email";
    public const string ResetPassword = "reset-password";
    public const string MagicLink = "magic-link";

    /// <summary>A sign-in whose first factor was good. Never mailed.</summary>
    public const string SecondFactor = "second-factor";
}
