using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql.EntityFrameworkCore.PostgreSQL;

namespace OnePlatform.ServiceDefaults;

/// <summary>
/// Entity Framework's tries, up to some three seconds: longer is for the client to wait, who is told so. What may have been done before its
/// line broke is not done again.
/// </summary>
internal sealed class CarefulRetry(ExecutionStrategyDependencies dependencies, int retries = CarefulRetry.Usual)
    : NpgsqlRetryingExecutionStrategy(dependencies, retries, s_longestDelay, errorCodesToAdd: null)
{
    private const int Usual = 3;
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(2);

    protected override bool ShouldRetryOn(Exception? exception) => base.ShouldRetryOn(exception) && !Outcome.MayHaveActed(exception!);
}

/// <summary>Several saves in one transaction.</summary>
public static class Transactions
{
    /// <summary>Tried once: what the work has added to the context, and what it has saved already, would not be so the second time.</summary>
    public static Task InTransactionAsync(this TenantDb db, Func<Task> work, CancellationToken cancellationToken)
    {
        IExecutionStrategy once = new CarefulRetry(db.GetService<ExecutionStrategyDependencies>(), retries: 0);
        return once.ExecuteAsync(
            async token =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(token);
                await work();
                await transaction.CommitAsync(token);
            },
            cancellationToken);
    }
}
