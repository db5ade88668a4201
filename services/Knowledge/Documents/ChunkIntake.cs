using Npgsql;
using OnePlatform.Knowledge.Index;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Documents;

/// <param name="Rows">How many chunks are written.</param>
/// <param name="Write">Adds the statements; again where a transaction is tried again.</param>
internal sealed record ChunkWork(Guid Group, int Rows, Action<RecordBatch> Write);

/// <summary>Commits chunks of documents that are indexed at the same time together.</summary>
internal sealed class ChunkIntake(NpgsqlDataSource dataSource, OutboxSignal outbox) : Intake<ChunkWork>
{
    // A document that only lost chunks, or has none, has a job to end all the same.
    protected override int RowsOf(ChunkWork work) => work.Rows + 1;

    protected override Guid PartOf(ChunkWork work) => work.Group;

    protected override async Task DoAsync(IReadOnlyList<ChunkWork> works, CancellationToken cancellationToken)
    {
        var (scope, group) = (new TenantScope(), works[0].Group);
        scope.ActIn(group);
        await using var batch = new RecordWriter(dataSource, scope, outbox).Begin(group);
        foreach (var work in works)
        {
            work.Write(batch);
        }

        await batch.CommitAsync(cancellationToken);
    }
}
