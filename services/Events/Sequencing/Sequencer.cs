using System.Data;
using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Sequencing;

/// <summary>
/// Gives every committed line its position: 1, 2, 3, … in its group, without gaps. One instance does it at a time, the one whose
/// session holds an advisory lock; the others wait for that lock, so when the holder dies the next goes on in the same moment.
/// Lock and work share one session: whoever loses the lock loses the transaction with it.
/// </summary>
internal sealed partial class Sequencer(
    TenantSessions sessions, SequencerMetrics metrics, IOptions<SequencerOptions> options, TimeProvider clock, ILogger<Sequencer> logger)
    : BackgroundService
{
    // Any number will do, as long as every instance uses the same.
    private const long LockId = 0x6576_656e_7473;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LeadAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogInterrupted(exception);
                await Task.Delay(s_pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task LeadAsync(CancellationToken stoppingToken)
    {
        var everybody = new TenantScope();
        everybody.ActAsSystem();
        await using var connection = await sessions.OpenAsync(everybody, stoppingToken);
        var called = false;
        connection.Notification += (_, _) => called = true;
        try
        {
            await ExecuteAsync(connection, $"select pg_advisory_lock({LockId})", stoppingToken, timeoutSeconds: 0);
            await ExecuteAsync(connection, $"listen {LogChannels.Waiting}", stoppingToken);
            // Few lines wait in a table that a busy minute made large: the planner would read all of it for each handful.
            await ExecuteAsync(connection, "set enable_seqscan = off", stoppingToken);
            metrics.Leads(true);
            LogLeads();
            while (true)
            {
                // A call that arrives while the statement runs may be for lines its snapshot does not show.
                called = false;
                var taken = await MoveAsync(connection, stoppingToken);
                if (taken < options.Value.BatchSize && !called)
                {
                    await connection.WaitAsync(options.Value.PollInterval, stoppingToken);
                }
            }
        }
        finally
        {
            metrics.Leads(false);
            await ResignAsync(connection);
        }
    }

    // A pooled connection is reset when it is used next, which may be long after it was given back: the lock must not wait for that.
    private static async Task ResignAsync(NpgsqlConnection connection)
    {
        try
        {
            await ExecuteAsync(connection, "select pg_advisory_unlock_all(); unlisten *", CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            // The session is gone, and the lock with it.
        }
    }

    /// <returns>How many lines were taken, those seen before included.</returns>
    private async Task<long> MoveAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        await using var command = new NpgsqlCommand(SequenceSql.Move, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = options.Value.BatchSize });
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (taken, added) = (reader.GetInt64(0), reader.GetInt64(1));
        if (taken > 0)
        {
            metrics.Moved(added, taken - added, clock.GetElapsedTime(started));
        }

        return taken;
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, int timeoutSeconds = 30)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = timeoutSeconds };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "This instance numbers the events from now on.")]
    private partial void LogLeads();

    [LoggerMessage(LogLevel.Warning, "Numbering events was interrupted; another instance may go on with it.")]
    private partial void LogInterrupted(Exception exception);
}
