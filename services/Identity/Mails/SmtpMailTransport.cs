using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace OnePlatform.Identity.Mails;

internal sealed class SmtpMailTransport(IOptions<MailOptions> options) : IMailTransport
{
    private const int ImplicitTlsPort = 465;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    public async Task SendAsync(MimeMessage message, Guid id, CancellationToken cancellationToken)
    {
        var smtp = options.Value.Smtp!;
        using var client = new SmtpClient { Timeout = (int)s_timeout.TotalMilliseconds };
        try
        {
            await client.ConnectAsync(smtp.Host, smtp.Port, SecurityOf(smtp), cancellationToken);
            if (smtp.User is { Length: > 0 } user)
            {
                await client.AuthenticateAsync(user, smtp.Password ?? "", cancellationToken);
            }

            await client.SendAsync(message, cancellationToken);
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception exception) when (exception is CommandException or ProtocolException or SocketException or IOException
            or AuthenticationException or SslHandshakeException or NotSupportedException or TimeoutException)
        {
            throw new MailRefusedException(exception.Message, exception);
        }
    }

    private static SecureSocketOptions SecurityOf(SmtpOptions smtp) => (smtp.RequireTls, smtp.Port) switch
    {
        (true, ImplicitTlsPort) => SecureSocketOptions.SslOnConnect,
        (true, _) => SecureSocketOptions.StartTls,
        _ => SecureSocketOptions.StartTlsWhenAvailable,
    };
}
