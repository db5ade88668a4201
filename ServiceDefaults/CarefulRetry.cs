using Microsoft.EntityFrameworkCore.Storage;
using Npgsql.EntityFrameworkCore.PostgreSQL;

namespace OnePlatform.ServiceDefaults;

/// <summary>
/// Entity Framework's tries, up to some three seconds: longer is for the client to wait, who is told so. What may have been done before its
/// line broke is not done again.
/// </summary>
internal sealed class CarefulRetry(ExecutionStrategyDependencies dependencies)
    : NpgsqlRetryingExecutionStrategy(dependencies, MaxRetries, s_longestDelay, errorCodesToAdd: null)
{
    private const int MaxRetries = 3;
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(2);

    protected override bool ShouldRetryOn(Exception? exception) => base.ShouldRetryOn(exception) && !Outcome.MayHaveActed(exception!);
}
