using Microsoft.Extensions.Options;
using MimeKit;
using Npgsql;
using OnePlatform.Identity.OneTime;
using OnePlatform.Identity.Secrets;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Mails;

/// <summary>
/// Sends what stands in the table, by any number of instances side by side. A crash between the server's acceptance and the
/// commit sends the same mail again, with the same Message-Id, link and code, so that the receiver's server can drop it.
/// </summary>
internal sealed partial class MailRelay(
    NpgsqlDataSource dataSource,
    IMailTransport transport,
    MailSecrets mailSecrets,
    DerivedKeys secrets,
    MailSignal signal,
    IOptions<MailOptions> options,
    IOptions<PlatformOptions> platform,
    IHostEnvironment environment,
    TimeProvider clock,
    ILogger<MailRelay> logger) : BackgroundService
{
    private static readonly TimeSpan s_longestBackoff = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await SendNextAsync(stoppingToken))
                {
                    await signal.WaitAsync(options.Value.PollInterval, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogInterrupted(exception);
                await Task.Delay(options.Value.PollInterval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <returns>Whether there was a mail to send.</returns>
    internal async Task<bool> SendNextAsync(CancellationToken cancellationToken)
    {
        await using var claim = await MailClaim.BeginAsync(dataSource, cancellationToken);
        var now = clock.GetUtcNow();
        if (await claim.LockAsync(now, cancellationToken) is not { } mail)
        {
            return false;
        }

        // Asked for an address nobody has, or that needs no verification any more.
        if (mail.Kind != MailKinds.Invitation && (mail.UserId is null || (mail.Kind == OneTimePurposes.VerifyEmail && mail.Verified)))
        {
            await claim.RemoveAndCommitAsync(mail.Id, cancellationToken);
            return true;
        }

        var message = await ComposeAsync(claim, mail, now, cancellationToken);
        try
        {
            await transport.SendAsync(message, mail.Id, cancellationToken);
        }
        catch (MailRefusedException exception)
        {
            var final = mail.Attempts + 1 >= options.Value.MaxAttempts;
            LogRefused(mail.Id, mail.Kind, mail.Attempts + 1, final, exception.Message);
            await claim.SetAsideAndCommitAsync(mail.Id, now + Delay(mail.Attempts), final ? now : null, exception.Message, cancellationToken);
            return true;
        }

        await claim.RemoveAndCommitAsync(mail.Id, cancellationToken);
        return true;
    }

    private async Task<MimeMessage> ComposeAsync(MailClaim claim, ClaimedMail mail, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Uri? link = null;
        string? code = null;
        if (MailTemplates.LifeOf(mail.Kind) is { } life)
        {
            var token = mailSecrets.TokenOf(mail.Id);
            code = MailTemplates.HasCode(mail.Kind) ? mailSecrets.CodeOf(mail.Id) : null;
            await claim.AddTokenAsync(
                new OneTimeToken
                {
                    Id = mail.Id,
                    UserId = mail.UserId!.Value,
                    Purpose = mail.Kind,
                    Email = mail.Email,
                    TokenHash = token.Hash,
                    CodeHash = code is null ? null : OneTimeTokens.HashOfCode(secrets, mail.Id, code),
                    CreatedAt = now,
                    ExpiresAt = now + life,
                },
                cancellationToken);
            link = LinkOf(mail, token);
        }
        else if (mail.Kind == MailKinds.Invitation)
        {
            // Ontology redeems it and was told the hash when the mail was queued.
            link = LinkOf(mail, mailSecrets.TokenOf(mail.Id));
        }

        if (link is not null && environment.IsDevelopment())
        {
            LogLink(mail.Kind, mail.Email, link);
        }

        // Whoever signs up with somebody else's address chooses the name: until the address is proven, it is no way to write to people.
        var name = mail.Verified ? mail.Name : null;
        var letter = MailTemplates.Write(mail.Kind, name, link, code, mail.About);
        var message = new MimeMessage
        {
            MessageId = $"{mail.Id}@{platform.Value.PublicUrl.Host}",
            Date = now,
            Subject = letter.Subject,
            Body = new BodyBuilder { TextBody = letter.Text, HtmlBody = letter.Html }.ToMessageBody(),
        };
        message.From.Add(MailboxAddress.Parse(options.Value.From));
        message.To.Add(new MailboxAddress(name ?? "", mail.Email));
        return message;
    }

    private Uri LinkOf(ClaimedMail mail, OpaqueToken token)
    {
        var query = $"?token={token.Text}{(mail.ReturnTo is null ? "" : $"&returnTo={Uri.EscapeDataString(mail.ReturnTo)}")}";
        return new Uri(platform.Value.PublicUrl, MailTemplates.PageOf(mail.Kind) + query);
    }

    private TimeSpan Delay(int failures)
        => TimeSpan.FromTicks((long)Math.Min(s_longestBackoff.Ticks, options.Value.Backoff.Ticks * Math.Pow(2, Math.Min(failures, 20))));

    [LoggerMessage(LogLevel.Warning, "The mails could not be read; they wait.")]
    private partial void LogInterrupted(Exception exception);

    [LoggerMessage(LogLevel.Warning, "Mail {MailId} ({Kind}) could not be sent, attempt {Attempts}, final: {Final}. {Error}")]
    private partial void LogRefused(Guid mailId, string kind, int attempts, bool final, string error);

    [LoggerMessage(LogLevel.Information, "Mail {Kind} to {Email}: {Link}")]
    private partial void LogLink(string kind, string email, Uri link);
}
