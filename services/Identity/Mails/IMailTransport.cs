using MimeKit;

namespace OnePlatform.Identity.Mails;

internal interface IMailTransport
{
    /// <exception cref="MailRefusedException">This mail cannot be delivered now; others may be.</exception>
    Task SendAsync(MimeMessage message, Guid id, CancellationToken cancellationToken);
}

internal sealed class MailRefusedException(string message, Exception inner) : Exception(message, inner);
