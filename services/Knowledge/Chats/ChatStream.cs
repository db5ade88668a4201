using Npgsql;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Chats;

/// <summary>One answer as it is being written: its lines are kept for who comes back, and a stop asked for anywhere ends it.</summary>
internal sealed class ChatStream : IAsyncDisposable
{
    /// <summary>After so long without a sign of life its writer is taken for dead.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_pulse = TimeSpan.FromMilliseconds(250);

    private readonly NpgsqlDataSource _dataSource;
    private readonly TenantScope _scope;
    private readonly Guid _id;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _done = new();
    private readonly Task _watch;
    private int _sequence;

    public ChatStream(NpgsqlDataSource dataSource, TenantScope scope, Guid id, TimeProvider clock)
    {
        (_dataSource, _scope, _id, _clock) = (dataSource, scope, id, clock);
        _watch = WatchAsync();
    }

    /// <summary>The answer was stopped, or is no longer this instance's to write.</summary>
    public CancellationToken Stopped => _stop.Token;

    public async Task AddAsync(string lines)
    {
        await using var batch = _dataSource.CreateTenantBatch(_scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"insert into {ChatAnswerLine.Table} (answer_id, sequence, group_id, text) select a.id, $2, a.group_id, $3 from {ChatAnswer.Table} a where a.id = $1")
        {
            Parameters = { new() { Value = _id }, new() { Value = _sequence++ }, new() { Value = lines } },
        });
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        await _watch;
        await using var batch = _dataSource.CreateTenantBatch(_scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"update {ChatAnswer.Table} set whole = true, updated_at = $2 where id = $1")
        {
            Parameters = { new() { Value = _id }, new() { Value = _clock.GetUtcNow() } },
        });
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
        _stop.Dispose();
        _done.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_done.IsCancellationRequested && !_stop.IsCancellationRequested)
        {
            await Task.Delay(s_pulse, _clock, _done.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!_done.IsCancellationRequested && await IsStoppedAsync())
                {
                    await _stop.CancelAsync();
                }
            }
            catch (NpgsqlException)
            {
                // The database is away for a moment; the answer goes on, and the next look tells.
            }
        }
    }

    private async Task<bool> IsStoppedAsync()
    {
        await using var batch = _dataSource.CreateTenantBatch(_scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"update {ChatAnswer.Table} set updated_at = $2 where id = $1 returning stopped")
        {
            Parameters = { new() { Value = _id }, new() { Value = _clock.GetUtcNow() } },
        });
        await using var reader = await batch.ExecuteReaderAsync(CancellationToken.None);
        await reader.NextResultAsync(CancellationToken.None);
        return !await reader.ReadAsync(CancellationToken.None) || reader.GetBoolean(0);
    }
}
