using MassTransit;
using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Contracts;
using OnePlatform.Ontology.Data;

namespace OnePlatform.Ontology.Reactions;

/// <summary>The link in the mail has a secret of its own; its hash opens the invitation besides the one told to the inviter.</summary>
internal sealed class KeepMailedLinks(OntologyDb db) : IConsumer<InvitationMailed>
{
    public Task Consume(ConsumeContext<InvitationMailed> context) => HandleAsync(context.Message, context.CancellationToken);

    public Task HandleAsync(InvitationMailed message, CancellationToken cancellationToken)
    {
        db.Scope.ActIn(message.GroupId);
        return db.Invitations
            .Where(i => i.Id == message.InvitationId && i.GroupId == message.GroupId)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.MailedTokenHash, message.TokenHash), cancellationToken);
    }
}
