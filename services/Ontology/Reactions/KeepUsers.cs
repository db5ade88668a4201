using MassTransit;
using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Contracts;
using OnePlatform.Ontology.Data;

namespace OnePlatform.Ontology.Reactions;

/// <summary>Keeps the copy of users. The version decides which of two states is the later one.</summary>
internal sealed class KeepUsers(OntologyDb db) : IConsumer<UserChanged>
{
    public async Task Consume(ConsumeContext<UserChanged> context)
    {
        db.Scope.ActAsSystem();
        await db.KeepUserAsync(context.Message.User, context.CancellationToken);
        if (context.Message.User is { Deleted: true, Id: var person })
        {
            // What they wrote to the owners of a group was theirs.
            await db.JoinRequests.Where(r => r.PersonId == person).ExecuteDeleteAsync(context.CancellationToken);
        }
    }
}

internal static class UserCopies
{
    /// <summary>One statement, so that two deliveries at once leave the later state, whichever comes first.</summary>
    public static Task KeepUserAsync(this OntologyDb db, UserSnapshot user, CancellationToken cancellationToken) => db.Database.ExecuteSqlAsync(
        $"""
         insert into users (id, name, email, email_verified, deleted, version)
         values ({user.Id}, {user.Name}, {user.Email}, {user.EmailVerified}, {user.Deleted}, {user.Version})
         on conflict (id) do update set
             name = excluded.name, email = excluded.email, email_verified = excluded.email_verified,
             deleted = excluded.deleted, version = excluded.version
         where users.version < excluded.version
         """, cancellationToken);
}
