using Microsoft.EntityFrameworkCore;
using OnePlatform.Ontology.Data;

namespace OnePlatform.Ontology.Groups;

internal static class GroupTreeLock
{
    /// <summary>
    /// Runs a change of the group tree in a transaction. Whoever changes where groups lie, or whether they are there, does so alone;
    /// whoever only adds one may do so beside others. What <paramref name="change"/> reads is therefore still so when it is saved.
    /// </summary>
    /// <remarks>The tenant cannot change inside; set it before.</remarks>
    public static Task<T> ChangeTreeAsync<T>(this OntologyDb db, bool alone, Func<CancellationToken, Task<T>> change, CancellationToken cancellationToken)
        => db.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                db.ChangeTracker.Clear();
                await using var transaction = await db.Database.BeginTransactionAsync(token);
                await (alone
                    ? db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended('groups/tree', 0))", token)
                    : db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock_shared(hashtextextended('groups/tree', 0))", token));
                var result = await change(token);
                await transaction.CommitAsync(token);
                return result;
            },
            cancellationToken);
}
