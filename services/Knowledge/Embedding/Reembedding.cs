using Npgsql;
using OnePlatform.Knowledge.Index;
using OnePlatform.Knowledge.Records;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Embedding;

/// <summary>
/// When the model has changed, or could not be asked: gives the platform's own rows vectors of the present one, some at a time, one instance
/// at it. Rows are found by their words all along, and by their vectors from when they have new ones. Vectors that callers brought are
/// left alone.
/// </summary>
internal sealed partial class Reembedding(
    NpgsqlDataSource dataSource, TenantSessions sessions, Embedder embedder, OutboxSignal outbox, TimeProvider clock, ILogger<Reembedding> logger)
    : BackgroundService
{
    private const int BatchSize = 32;

    // Any number will do, as long as every instance uses the same.
    private const long LockId = 0x6b6e_6f77_6c65_6467;

    private static readonly TimeSpan s_again = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_later = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _asked = new(0);

    /// <summary>Has it look soon, for there are rows without a vector.</summary>
    public void Wake() => _asked.Release();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var isDone = false;
            try
            {
                isDone = await RunAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception ex) when (!stoppingToken.IsCancellationRequested)
            {
                LogInterrupted(ex);
            }

            await (isDone ? AskedAsync(stoppingToken) : Task.Delay(s_again, clock, stoppingToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AskedAsync(CancellationToken cancellationToken)
    {
        await _asked.WaitAsync(s_later, cancellationToken);
        while (_asked.Wait(0, CancellationToken.None))
        {
            // One look is enough for all who asked.
        }
    }

    /// <returns>False when another instance is at it, which may be past what is asked for here.</returns>
    private async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await using var turn = await SessionLock.TryTakeAsync(sessions, new TenantScope(), LockId, cancellationToken);
        if (turn is null)
        {
            return false;
        }

        await RenewAllAsync(cancellationToken);
        return true;
    }

    private async Task RenewAllAsync(CancellationToken cancellationToken)
    {
        var (done, last) = (0, new Row(Guid.Empty, Guid.Empty, ""));
        for (List<Row> rows; (rows = await OldAsync(last, cancellationToken)).Count > 0; done += rows.Count)
        {
            last = rows[^1];
            foreach (var group in rows.GroupBy(r => r.Group))
            {
                await RenewAsync(group.Key, [.. group], cancellationToken);
            }
        }

        if (done > 0)
        {
            LogRenewed(done, embedder.Model);
        }
    }

    // Past what was done already: looking from the beginning each time would read the whole table for every few rows.
    private async Task<List<Row>> OldAsync(Row after, CancellationToken cancellationToken)
    {
        var everywhere = new TenantScope();
        everywhere.ActAsSystem();
        await using var batch = dataSource.CreateTenantBatch(everywhere);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             select group_id, id, text from {KnowledgeRecord.Table}
             where (group_id, id) > ($2, $3) and embedding_model <> $1 and text is not null
                 and (document_id is not null or follows_thing or embedding_model = '{LocalEmbedding.Model}')
             order by group_id, id limit {BatchSize}
             """)
        { Parameters = { new() { Value = embedder.Model }, new() { Value = after.Group }, new() { Value = after.Id } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var rows = new List<Row>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new Row(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2)));
        }

        return rows;
    }

    private async Task RenewAsync(Guid group, List<Row> rows, CancellationToken cancellationToken)
    {
        var vectors = await embedder.EmbedAsync([.. rows.Select(r => r.Text)], cancellationToken);
        var scope = new TenantScope();
        scope.ActIn(group);
        await using var batch = new RecordWriter(dataSource, scope, outbox).Begin(group);
        for (var i = 0; i < rows.Count; i++)
        {
            batch.Embed(rows[i].Id, rows[i].Text, vectors[i], embedder.Model);
        }

        await batch.CommitAsync(cancellationToken);
    }

    private sealed record Row(Guid Group, Guid Id, string Text);

    [LoggerMessage(LogLevel.Information, "{Count} rows have vectors of the model {Model} now.")]
    private partial void LogRenewed(int count, string model);

    [LoggerMessage(LogLevel.Warning, "Rows could not be given vectors of the new model; tried again soon.")]
    private partial void LogInterrupted(Exception exception);
}
