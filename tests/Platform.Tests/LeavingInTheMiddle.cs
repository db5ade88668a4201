using Npgsql;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests;

/// <summary>A client that leaves ends the work that was done for it, down to the database.</summary>
[Collection(RunningPlatform.Name)]
public sealed class LeavingInTheMiddle(PlatformFixture platform)
{
    private const string Waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%from things%'";

    // Under the thirty seconds after which a command ends by itself.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_query_that_nobody_waits_for_any_more_is_cancelled_in_the_database()
    {
        var tenant = await platform.NewTenantAsync("leaving");
        using var client = platform.WithKey(tenant.Key);
        await using var database = NpgsqlDataSource.Create(platform.Platform.ConnectionString("ontologydb"));
        await using var owner = await database.OpenConnectionAsync();
        await using var locking = await owner.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("lock table things in access exclusive mode", owner, locking))
        {
            await command.ExecuteNonQueryAsync();
        }

        using var leaving = new CancellationTokenSource();
        var answer = client.GetAsync(new Uri("/api/things?limit=1", UriKind.Relative), leaving.Token);
        await Eventually.TrueAsync(async () => await WaitingAsync(database) > 0);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);

        // The lock is held still: only its end can have freed the query.
        await Eventually.TrueAsync(async () => await WaitingAsync(database) == 0, s_patience);
        await locking.RollbackAsync();
    }

    private static async Task<long> WaitingAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(Waiting);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
