using Microsoft.EntityFrameworkCore;
using Npgsql;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Quotas;

namespace OnePlatform.Ontology.People;

internal static class Joining
{
    /// <summary>Gives a person a place in a group, or back the one they left; not saved yet.</summary>
    /// <returns>Null when the person has it already.</returns>
    public static async Task<Membership?> JoinAsync(
        this OntologyDb db, Guid groupId, Guid person, string role, Guid? invitedBy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await db.Memberships.FirstOrDefaultAsync(m => m.GroupId == groupId && m.PersonId == person, cancellationToken) is not { } membership)
        {
            membership = new Membership { GroupId = groupId, PersonId = person, Role = role, InvitedBy = invitedBy, JoinedAt = now, UpdatedAt = now };
            db.Add(membership);
            return membership;
        }

        if (membership.LeftAt is null)
        {
            return null;
        }

        (membership.Role, membership.Permissions, membership.LeftAt) = (role, [], null);
        (membership.JoinedAt, membership.UpdatedAt, membership.Version) = (now, now, membership.Version + 1);
        return membership;
    }

    /// <summary>Whether one more person fits in; whoever has to ask does so alone until the end of the transaction.</summary>
    /// <param name="db">In a transaction, acting in the group.</param>
    /// <param name="groupId">The group.</param>
    /// <param name="limit">What the gate said before the transaction began; null when there is room enough.</param>
    /// <param name="cancellationToken">Ends the wait for others.</param>
    public static async Task<bool> HasSeatAsync(this OntologyDb db, Guid groupId, QuotaLimit? limit, CancellationToken cancellationToken)
        => await QuotaGate.RefuseAsync((NpgsqlConnection)db.Database.GetDbConnection(), groupId, Quota.Users, 1, limit, cancellationToken) is null;

    public static bool IsTaken(this DbUpdateException exception, string index)
        => exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } taken && taken.ConstraintName == index;
}
