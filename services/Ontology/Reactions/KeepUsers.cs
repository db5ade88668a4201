using MassTransit;
using Microsoft.EntityFrameworkCore;
using OnePlatform.Contracts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.People;
using OnePlatform.Ontology.People.Invitations;

namespace OnePlatform.Ontology.Reactions;

/// <summary>
/// Keeps the copy of users; the version decides which of two states is the later one. Whoever deleted their account leaves their groups,
/// also one that nobody else owns, and nothing personal of theirs stays.
/// </summary>
internal sealed class KeepUsers(OntologyDb db, TimeProvider clock) : IConsumer<UserChanged>
{
    public Task Consume(ConsumeContext<UserChanged> context) => HandleAsync(context.Message, context.CancellationToken);

    public async Task HandleAsync(UserChanged message, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        await db.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                db.ChangeTracker.Clear();
                await using var transaction = await db.Database.BeginTransactionAsync(token);
                // Held, so that no other delivery puts an address there between the look at it and its end.
                var before = await db.Users.FromSql($"select * from users where id = {message.User.Id} for update").AsNoTracking().ToListAsync(token);
                await db.KeepUserAsync(message.User, token);
                if (message.User.Deleted || before is [{ Deleted: true }])
                {
                    // An earlier state that comes after the deletion brings an address along once more.
                    await ForgetAsync(message, [.. before.Select(u => Invitation.Normalize(u.Email)), Invitation.Normalize(message.User.Email)], token);
                }

                await transaction.CommitAsync(token);
            },
            cancellationToken);
    }

    // No index serves these; accounts are deleted too seldom for one.
    private async Task ForgetAsync(UserChanged message, string[] addresses, CancellationToken cancellationToken)
    {
        var (person, now) = (message.User.Id, clock.GetUtcNow());
        var origin = EventOrigin.System with { OnBehalfOf = person, RequestId = message.Origin.RequestId, TraceId = message.Origin.TraceId };
        var invitations = await db.Invitations.Where(i => addresses.Contains(i.Email) || i.AcceptedBy == person).ToListAsync(cancellationToken);
        db.RemoveRange(invitations);
        foreach (var open in invitations.Where(i => i.IsOpenAt(now)))
        {
            db.Publish(PersonEvents.Withdrawn(open, origin, now));
        }

        var places = await db.Memberships
            .Where(m => m.PersonId == person && (m.LeftAt == null || m.Profile != Membership.NoProfile)).ToListAsync(cancellationToken);
        foreach (var place in places)
        {
            var stayed = place.LeftAt is null;
            place.Forget(now);
            if (stayed)
            {
                db.Publish(PersonEvents.Removed(place.Snapshot(), person, origin, now));
            }
        }

        // What they wrote to the owners of a group was theirs.
        await db.JoinRequests.Where(r => r.PersonId == person).ExecuteDeleteAsync(cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
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
