using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace OnePlatform.Messaging;

/// <summary>
/// Wakes the relay when a transaction that may hold outbox rows was committed. What writes them by other means than SaveChanges
/// calls it itself.
/// </summary>
public sealed class OutboxSignal : WakeUp;

internal sealed class WakeRelayAfterSave(OutboxSignal signal) : SaveChangesInterceptor
{
    public override ValueTask<int> SavedChangesAsync(
        SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        signal.Wake();
        return ValueTask.FromResult(result);
    }
}

internal sealed class WakeRelayAfterCommit(OutboxSignal signal) : DbTransactionInterceptor
{
    public override Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        signal.Wake();
        return Task.CompletedTask;
    }
}
