using Npgsql;
using OnePlatform.Knowledge.Chats;
using OnePlatform.Knowledge.Documents;
using OnePlatform.Knowledge.Records;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Data;

/// <summary>
/// Deletes, every hour, the lines of answers nobody comes back for any more, and jobs long over. The last job of a document that is still
/// there stays: it tells what became of it.
/// </summary>
internal sealed class ForgetWhatIsOver(NpgsqlDataSource dataSource, TimeProvider clock, ILogger<ForgetWhatIsOver> logger)
    : PeriodicWork(s_interval, "Answers and jobs that are over could not be deleted", clock, logger)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_answersKept = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_jobsKept = TimeSpan.FromDays(30);

    public override async Task RoundAsync(CancellationToken cancellationToken)
    {
        var (everywhere, now) = (new TenantScope(), Clock.GetUtcNow());
        everywhere.ActAsSystem();
        await using var batch = dataSource.CreateTenantBatch(everywhere);
        // Whoever writes one says so all the time: one this old has no writer, whole or not.
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"delete from {ChatAnswer.Table} where updated_at < $1")
        {
            Parameters = { new() { Value = now - s_answersKept } },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             delete from {IngestionJob.Table} j where j.state in ('{JobStates.Completed}', '{JobStates.Failed}') and j.updated_at < $1 and (
                 exists (select from {IngestionJob.Table} n where n.document_id = j.document_id and (n.created_at, n.id) > (j.created_at, j.id))
                 or not exists (select from {KnowledgeRecord.Table} k where k.group_id = j.group_id and k.id = j.document_id))
             """)
        {
            Parameters = { new() { Value = now - s_jobsKept } },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
