using System.Text.RegularExpressions;
using System.Web;
using MimeKit;
using OnePlatform.Testing;

namespace OnePlatform.Identity.Tests;

/// <summary>A mail as its receiver reads it.</summary>
internal sealed record ReceivedMail(MimeMessage Message)
{
    public string Link => Regex.Match(Message.TextBody!, @"https?://\S+").Value;

    public string Token => HttpUtility.ParseQueryString(new Uri(Link).Query)["token"]!;

    public string Code => Regex.Match(Message.TextBody!, @"\b\d{6}\b").Value;
}

internal static class Mailbox
{
    /// <summary>The newest mail to an address whose subject holds the text.</summary>
    public static async Task<ReceivedMail> MailAsync(this IdentityHost identity, string email, string subject)
        => new(await Eventually.NotNullAsync(() => Task.FromResult(All(identity).Where(
            m => m.To.Mailboxes.Any(to => to.Address == email) && m.Subject!.Contains(subject, StringComparison.Ordinal)).MaxBy(m => m.MessageId))));

    public static IReadOnlyList<MimeMessage> All(this IdentityHost identity)
        => [.. Directory.EnumerateFiles(identity.MailFolder, "*.eml").Select(file => MimeMessage.Load(file))];

    /// <summary>No mail waits any more.</summary>
    public static Task MailsAreSentAsync(this IdentityHost identity) => Eventually.TrueAsync(
        async () => await identity.Database.ScalarAsync<long>("select count(*) from mails") == 0);
}
