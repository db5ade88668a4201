using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace OnePlatform.ServiceDefaults;

/// <summary>What Entity Framework has committed, with a transaction or, where it needs none, without.</summary>
internal sealed class TellCommitted : SaveChangesInterceptor, IDbTransactionInterceptor
{
    public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is TenantDb { Database.CurrentTransaction: null } db)
        {
            db.Scope.Committed();
        }

        return ValueTask.FromResult(result);
    }

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        (eventData.Context as TenantDb)?.Scope.Committed();
        return Task.CompletedTask;
    }
}
