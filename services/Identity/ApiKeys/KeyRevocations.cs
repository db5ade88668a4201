using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Contracts;
using OnePlatform.Identity.Data;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.ApiKeys;

/// <summary>Ends API keys; the gateways hear of it by event.</summary>
internal sealed class KeyRevocations(IdentityDb db, RequestOrigin origin, TimeProvider clock)
{
    private static readonly string s_owner = RoleNames.NameOf(Role.GroupOwner);

    /// <summary>
    /// Ends live keys and every key that one of them or of those has made, with the unit of work, in a transaction that has begun: a key
    /// that is being made at this moment is waited for.
    /// </summary>
    public async Task EndAsync(IReadOnlyList<ApiKey> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            return;
        }

        // A key that may act below its group can have made keys there; they end with it, though the acting group does not see them.
        db.Scope.ActAsSystem();
        List<ApiKey> ended = [.. keys];
        await db.LockAsync(ended.Select(k => (Guid?)k.Id), cancellationToken);
        for (var from = 0; from < ended.Count;)
        {
            var (makers, known) = (ended[from..].Select(k => k.Id).ToArray(), ended.Select(k => k.Id).ToHashSet());
            from = ended.Count;
            var made = await db.LockMadeByAsync(makers, cancellationToken);
            ended.AddRange(made.Where(k => !known.Contains(k.Id)));
        }

        var (now, asked) = (clock.GetUtcNow(), keys.Select(k => k.Id).ToHashSet());
        foreach (var key in ended)
        {
            (key.RevokedAt, key.UpdatedAt, key.Version) = (now, now, key.Version + 1);
        }

        var lines = ended.Select(k => KeyLog.Line(now, "api_key_revoked", k, new { keyId = k.Id, name = k.Name, with = asked.Contains(k.Id) ? (Guid?)null : keys[0].Id }));
        db.Publish(new ApiKeysChanged(Guid.CreateVersion7(now), now, origin.Current, [.. lines], [.. ended.Select(k => k.Id)]));
    }

    /// <summary>At once; the unit of work has nothing to save yet.</summary>
    public async Task EndAllMadeByAsync(Guid personId, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        var keys = await db.ApiKeys.Where(k => k.CreatedBy == personId && k.RevokedAt == null).ToListAsync(cancellationToken);
        if (keys.Count == 0)
        {
            return;
        }

        await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await EndAsync(keys, cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        });
    }

    /// <summary>Ends the keys of groups that nobody but this person owns: nobody else could.</summary>
    public async Task EndAllOwnedOnlyByAsync(Guid personId, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        var owners = db.Memberships.Where(m => m.Active && m.Role == s_owner);
        var alone = owners.Where(m => m.PersonId == personId && !owners.Any(o => o.GroupId == m.GroupId && o.PersonId != personId)).Select(m => m.GroupId);
        await EndAsync(await db.ApiKeys.Where(k => alone.Contains(k.GroupId) && k.RevokedAt == null).ToListAsync(cancellationToken), cancellationToken);
    }
}
