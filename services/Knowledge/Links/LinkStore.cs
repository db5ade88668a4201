using Npgsql;
using OnePlatform.Knowledge.Http;
using OnePlatform.Knowledge.Index;
using OnePlatform.Knowledge.Records;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Knowledge.Links;

internal sealed record LinkOutcome(LinkResponse? Link, bool Exists);

/// <summary>Links between things and knowledge; each change and its event in one statement.</summary>
internal sealed class LinkStore(NpgsqlDataSource dataSource, TenantScope scope, OutboxSignal outbox, RequestOrigin origin, TimeProvider clock)
{
    private const string ThenPublish =
        """
        insert into outbox (event_id, type, body, trace_parent, created_at, due_at, attempts) select $5, $6, $7, $8, $9, $9, 0 from done
        """;

    public async Task<LinkOutcome> AddAsync(ActingGroup group, LinkRequest request, CancellationToken cancellationToken)
    {
        var (thing, knowledge, now) = (request.ThingId!.Value, request.KnowledgeId!.Value, clock.GetUtcNow());
        try
        {
            var added = await RunAsync(
                $"""
                 with done as (
                     insert into {ThingLink.Table} (group_id, thing_id, knowledge_id, role, created_by, created_at)
                     select $1, $2, k.id, $4, $10, $9 from {KnowledgeRecord.Table} k where k.group_id = $1 and k.id = $3
                     returning 1)
                 {ThenPublish}
                 """, "knowledge_linked", group, thing, knowledge, request.Role, now, cancellationToken);
            return new LinkOutcome(added ? new LinkResponse(thing, knowledge, request.Role, now) : null, Exists: false);
        }
        catch (PostgresException ex) when (ex.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return new LinkOutcome(null, Exists: true);
        }
    }

    public Task<bool> RemoveAsync(ActingGroup group, Guid thing, Guid knowledge, string role, CancellationToken cancellationToken) => RunAsync(
        $"""
         with done as (
             delete from {ThingLink.Table} where group_id = $1 and thing_id = $2 and knowledge_id = $3 and role = $4 and $10::uuid is not null returning 1)
         {ThenPublish}
         """, "knowledge_updated", group, thing, knowledge, role, clock.GetUtcNow(), cancellationToken);

    private async Task<bool> RunAsync(
        string sql, string type, ActingGroup group, Guid thing, Guid knowledge, string role, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var message = OutboxMessage.For(KnowledgeEvents.Changed(
            type, group.Id, knowledge, new { ThingId = thing, Role = role, Action = type == "knowledge_linked" ? "linked" : "unlinked" }, null, origin.Current, now));
        var command = new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                new() { Value = group.Id }, new() { Value = thing }, new() { Value = knowledge }, new() { Value = role }, new() { Value = message.EventId },
                new() { Value = message.Type }, new() { Value = message.Body }, RecordBatch.Text(message.TraceParent), new() { Value = now },
                new() { Value = group.Caller.Id },
            },
        };
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        outbox.Wake();
        return command.RecordsAffected > 0;
    }
}
