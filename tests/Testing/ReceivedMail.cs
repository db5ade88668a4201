using System.Text.RegularExpressions;
using System.Web;
using MimeKit;

namespace OnePlatform.Testing;

/// <summary>A mail as its receiver reads it.</summary>
public sealed partial record ReceivedMail(MimeMessage Message)
{
    public string Link => LinkPattern().Match(Message.TextBody!).Value;

    public string Token => HttpUtility.ParseQueryString(new Uri(Link).Query)["token"]!;

    public string Code => CodePattern().Match(Message.TextBody!).Value;

    /// <summary>The newest mail in a folder to an address whose subject holds the text; waits for it.</summary>
    public static async Task<ReceivedMail> NewestAsync(string folder, string email, string subject)
        => new(await Eventually.NotNullAsync(() => Task.FromResult(All(folder).Where(
            m => m.To.Mailboxes.Any(to => to.Address == email) && m.Subject!.Contains(subject, StringComparison.Ordinal)).MaxBy(m => m.MessageId))));

    public static IReadOnlyList<MimeMessage> All(string folder)
        => Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.eml").Select(file => MimeMessage.Load(file))] : [];

    [GeneratedRegex(@"https?://\S+")]
    private static partial Regex LinkPattern();

    [GeneratedRegex(@"\b\d{6}\b")]
    private static partial Regex CodePattern();
}
