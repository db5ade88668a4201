using MimeKit;
using OnePlatform.Testing;

namespace OnePlatform.Identity.Tests;

internal static class Mailbox
{
    /// <summary>The newest mail to an address whose subject holds the text.</summary>
    public static Task<ReceivedMail> MailAsync(this IdentityHost identity, string email, string subject)
        => ReceivedMail.NewestAsync(identity.MailFolder, email, subject);

    public static IReadOnlyList<MimeMessage> All(this IdentityHost identity) => ReceivedMail.All(identity.MailFolder);

    /// <summary>No mail waits any more.</summary>
    public static Task MailsAreSentAsync(this IdentityHost identity) => Eventually.TrueAsync(
        async () => await identity.Database.ScalarAsync<long>("select count(*) from mails") == 0);
}
