using System.Text.Json;
using Npgsql;
using OnePlatform.Knowledge.Http;
using OnePlatform.Knowledge.Index;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Chats;

/// <summary>Stored conversations; each is its maker's alone.</summary>
internal sealed class ChatStore(NpgsqlDataSource dataSource, TenantScope scope, TimeProvider clock)
{
    public async Task<ChatResponse?> FindAsync(ActingGroup group, string id, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"select messages, created_at, updated_at from {Chat.Table} where group_id = $1 and id = $2 and created_by = $3")
        {
            Parameters = { new() { Value = group.Id }, new() { Value = id }, new() { Value = group.Caller.Id } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new ChatResponse(
                id, JsonElement.Parse(reader.GetString(0)), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2))
            : null;
    }

    /// <returns>False when the chat is somebody else's.</returns>
    public async Task<bool> SaveAsync(ActingGroup group, string id, string messages, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(
            $"""
             insert into {Chat.Table} (group_id, id, created_by, messages, version, created_at, updated_at) values ($1, $2, $3, $4, 1, $5, $5)
             on conflict (group_id, id) do update set messages = excluded.messages, version = {Chat.Table}.version + 1, updated_at = excluded.updated_at
             where {Chat.Table}.created_by = excluded.created_by
             """)
        {
            Parameters =
            {
                new() { Value = group.Id }, new() { Value = id }, new() { Value = group.Caller.Id }, RecordBatch.Json(messages), new() { Value = clock.GetUtcNow() },
            },
        };
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return command.RecordsAffected > 0;
    }

    /// <summary>Adds the answer to a chat that is still there: its maker may have gone while it was written, and the chat with them.</summary>
    /// <param name="messages">The conversation with the answer at its end.</param>
    public async Task AnswerAsync(ActingGroup group, string id, string messages)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"update {Chat.Table} set messages = $4, version = version + 1, updated_at = $5 where group_id = $1 and id = $2 and created_by = $3")
        {
            Parameters =
            {
                new() { Value = group.Id }, new() { Value = id }, new() { Value = group.Caller.Id }, RecordBatch.Json(messages), new() { Value = clock.GetUtcNow() },
            },
        });
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>All of a person's, in the groups of the scope. An answer that is being written ends; its lines go with it.</summary>
    public async Task RemoveOfAsync(Guid person, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        foreach (var table in new[] { Chat.Table, ChatAnswer.Table })
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand($"delete from {table} where created_by = $1") { Parameters = { new() { Value = person } } });
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
