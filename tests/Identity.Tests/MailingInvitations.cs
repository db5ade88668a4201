using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Contracts;
using OnePlatform.Identity.Mails;
using OnePlatform.Ontology.Contracts;
using Xunit;

namespace OnePlatform.Identity.Tests;

public sealed class MailingInvitations(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task The_invited_get_one_mail_whose_secret_is_in_no_table_and_no_event()
    {
        var (email, now) = (IdentityHost.NewEmail(), TimeProvider.System.GetUtcNow());
        var message = new PersonInvited(
            Guid.CreateVersion7(), now, EventOrigin.System, [], Guid.CreateVersion7(), Guid.CreateVersion7(), "Chess & <Tea>", email, "customer", now.AddDays(7));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => DeliverAsync(message)));
        await DeliverAsync(message);
        var mail = await identity.MailAsync(email, "invited");
        await identity.MailsAreSentAsync();
        Assert.Single(identity.All(), m => m.To.Mailboxes.Single().Address == email);
        Assert.Contains("Chess & <Tea>", mail.Message.TextBody!, StringComparison.Ordinal);
        Assert.DoesNotContain("<Tea>", mail.Message.HtmlBody!, StringComparison.Ordinal);

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(mail.Token)));
        Assert.Equal(1, await identity.Database.ScalarAsync<long>(
            "select count(*) from outbox where body like $1 and body like $2", $"%{hash}%", $"%{message.InvitationId}%"));
        Assert.Equal(0, await identity.Database.ScalarAsync<long>("select count(*) from outbox where body like $1", $"%{mail.Token}%"));
        Assert.Equal(0, await identity.Database.ScalarAsync<long>("select count(*) from one_time_tokens where email = $1", email));

        using var page = await identity.Anonymous.GetAsync(new Uri(mail.Link).PathAndQuery);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("/account/signin?returnTo=", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invitation_that_has_expired_is_not_mailed()
    {
        var (email, now) = (IdentityHost.NewEmail(), TimeProvider.System.GetUtcNow());
        await DeliverAsync(new PersonInvited(
            Guid.CreateVersion7(), now, EventOrigin.System, [], Guid.CreateVersion7(), Guid.CreateVersion7(), "Late", email, "customer", now.AddSeconds(-1)));
        Assert.Equal(0, await identity.Database.ScalarAsync<long>("select count(*) from mails where email = $1", email));
    }

    private async Task DeliverAsync(PersonInvited message)
    {
        await using var scope = identity.Host.Services.CreateAsyncScope();
        await ActivatorUtilities.CreateInstance<MailInvitations>(scope.ServiceProvider).HandleAsync(message, CancellationToken.None);
    }
}
