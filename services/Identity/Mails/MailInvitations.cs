using MassTransit;
using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Contracts;
using OnePlatform.Identity.Data;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Contracts;

namespace OnePlatform.Identity.Mails;

/// <summary>Mails an invitation, and tells Ontology the hash of the link's secret, which no event and no table holds.</summary>
internal sealed class MailInvitations(IdentityDb db, MailQueue mails, MailSecrets secrets, TimeProvider clock) : IConsumer<PersonInvited>
{
    // Stored in the inbox. Renaming it mails every invitation that is delivered again once more.
    private const string Handler = "identity/mail-invitations";

    public Task Consume(ConsumeContext<PersonInvited> context) => HandleAsync(context.Message, context.CancellationToken);

    public async Task HandleAsync(PersonInvited message, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        var now = clock.GetUtcNow();
        if (message.ExpiresAt <= now || await db.HasHandledAsync(Handler, message.EventId, cancellationToken))
        {
            return;
        }

        var mail = mails.Add(MailKinds.Invitation, message.Email, userId: null, about: message.GroupName);
        var hash = Convert.ToHexStringLower(secrets.TokenOf(mail).Hash);
        db.Publish(new InvitationMailed(Guid.CreateVersion7(now), now, message.InvitationId, message.GroupId, hash));
        db.MarkHandled(Handler, message.EventId, now);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException ex) when (ex.IsDuplicateDelivery())
        {
            // Another instance committed the same invitation after the check above; this one rolled back whole.
        }
    }
}
