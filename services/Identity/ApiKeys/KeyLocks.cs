using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Data;

namespace OnePlatform.Identity.ApiKeys;

/// <summary>
/// Keys as they are now, held until the transaction ends. One that makes a key holds its maker, and one that ends a key holds it before
/// it looks for what that has made, so no key is made past the end of its maker. Each statement holds in the order of the ids.
/// </summary>
internal static class KeyLocks
{
    public static async Task<IReadOnlyList<ApiKey>> LockAsync(this IdentityDb db, IEnumerable<Guid?> ids, CancellationToken cancellationToken)
    {
        Guid[] some = [.. ids.OfType<Guid>().Distinct()];
        return some.Length == 0 ? [] : await db.ApiKeys
            .FromSql($"select * from api_keys where id = any ({some}) order by id for no key update")
            .AsNoTracking()
            .ToListAsync(cancellationToken);
    }

    /// <summary>The live keys that these have made, tracked.</summary>
    public static async Task<IReadOnlyList<ApiKey>> LockMadeByAsync(this IdentityDb db, Guid[] makers, CancellationToken cancellationToken) => await db.ApiKeys
        .FromSql($"select * from api_keys where made_by_key_id = any ({makers}) and revoked_at is null order by id for no key update")
        .ToListAsync(cancellationToken);
}
