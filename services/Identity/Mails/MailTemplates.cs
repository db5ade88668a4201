using OnePlatform.Identity.OneTime;

namespace OnePlatform.Identity.Mails;

internal static class MailTemplates
{
    private const string NotYou = "If this was not you, ignore this mail; nothing happens.";
    private const string Beware = "If this was not you, set a new password at once and end all sessions.";

    private const string KeyBeware = "If you do not expect this, revoke the key; it ends everywhere within a second.";

    /// <summary>How long the link of a mail is good; null for a notice without one.</summary>
    public static TimeSpan? LifeOf(string kind) => kind switch
    {
        OneTimePurposes.VerifyEmail or OneTimePurposes.ChangeEmail => TimeSpan.FromHours(24),
        OneTimePurposes.ResetPassword => TimeSpan.FromHours(1),
        OneTimePurposes.MagicLink => TimeSpan.FromMinutes(15),
        _ => null,
    };

    /// <summary>Six digits for who reads the mail on another device.</summary>
    public static bool HasCode(string kind) => kind is OneTimePurposes.VerifyEmail or OneTimePurposes.ChangeEmail or OneTimePurposes.MagicLink;

    public static string PageOf(string kind) => kind switch
    {
        OneTimePurposes.ResetPassword => "/account/reset-password",
        OneTimePurposes.MagicLink => "/account/magic-link",
        MailKinds.Invitation => "/account/accept-invitation",
        _ => "/account/verify-email",
    };

    public static Letter Write(string kind, string? name, Uri? link, string? code, string? about) => kind switch
    {
        OneTimePurposes.VerifyEmail => new("Confirm your e-mail address", name, "please confirm that this is your e-mail address. The link is good for 24 hours.", "Confirm the address", link, code, NotYou),
        OneTimePurposes.ChangeEmail => new("Confirm your new e-mail address", name, "this address is to become the one of your account. The link is good for 24 hours.", "Confirm the new address", link, code, NotYou),
        OneTimePurposes.ResetPassword => new("Set a new password", name, "you can set a new password within the next hour. Every session then ends.", "Set a new password", link, Closing: NotYou),
        OneTimePurposes.MagicLink => new("Your sign-in link", name, "sign in with this link within 15 minutes. It is good once.", "Sign in", link, code, NotYou),
        MailKinds.PasswordChanged => new("Your password was changed", name, "the password of your account was changed just now.", Closing: Beware),
        MailKinds.EmailChanged => new("Your e-mail address was changed", name, "your account now has another e-mail address; this one is no longer used.", Closing: Beware),
        MailKinds.SecondFactorChanged => new("Your second factor was changed", name, "the second factor of your account was set up, taken away or given new recovery codes.", Closing: Beware),
        MailKinds.ApiKeyMade => new("An API key was made", name, $"the API key {about} was made in a group that you own.", Closing: KeyBeware),
        MailKinds.ApiKeyRotated => new("An API key was rotated", name, $"the API key {about} was replaced by a new one in a group that you own; the old one lives on for its grace.", Closing: KeyBeware),
        MailKinds.ApiKeyElsewhere => new("An API key was used from a new network", name, $"the API key {about}, for the first time.", Closing: KeyBeware),
        MailKinds.Invitation => new("You are invited", name, $"you are invited to {about}. Sign in or sign up with this address and use the link within seven days; it is good once.", "See the invitation", link, Closing: NotYou),
        MailKinds.AccountLinked => new("A way to sign in was added", name, "your account can now be signed in to by another provider. Your list of linked accounts shows which.", Closing: Beware),
        MailKinds.AccountUnlinked => new("A way to sign in was taken away", name, "one of the ways to sign in to your account was taken away. Your list of linked accounts shows what is left.", Closing: Beware),
        MailKinds.AccountExists => new("You have an account already", name, "somebody tried to sign up with this address, which has an account. Sign in, or set a new password if you forgot it.", Closing: NotYou),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such mail."),
    };
}
