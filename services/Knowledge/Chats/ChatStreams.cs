using System.Runtime.CompilerServices;
using Npgsql;
using OnePlatform.Knowledge.Generation;
using OnePlatform.Knowledge.Http;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Chats;

/// <summary>Answers that are being written, by whichever instance, for clients that come back for them.</summary>
internal sealed class ChatStreams(NpgsqlDataSource dataSource, TimeProvider clock)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_kept = TimeSpan.FromHours(1);

    /// <returns>Null while another answer of the chat is being written.</returns>
    public async Task<ChatStream?> BeginAsync(ActingGroup group, string chat, CancellationToken cancellationToken)
    {
        var (id, now) = (Guid.CreateVersion7(), clock.GetUtcNow());
        await using var batch = dataSource.CreateTenantBatch(ScopeOf(group));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             delete from {ChatAnswer.Table}
             where group_id = $1 and ((chat_id = $2 and (whole or updated_at < $3)) or (whole and updated_at < $4))
             """)
        {
            Parameters = { new() { Value = group.Id }, new() { Value = chat }, new() { Value = now - ChatStream.Silence }, new() { Value = now - s_kept } },
        });
        var insert = new NpgsqlBatchCommand(
            $"""
             insert into {ChatAnswer.Table} (group_id, chat_id, id, created_by, stopped, whole, updated_at) values ($1, $2, $3, $4, false, false, $5)
             on conflict (group_id, chat_id) do nothing
             """)
        {
            Parameters =
            {
                new() { Value = group.Id }, new() { Value = chat }, new() { Value = id }, new() { Value = group.Caller.Id }, new() { Value = now },
            },
        };
        batch.BatchCommands.Add(insert);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return insert.RecordsAffected == 1 ? new ChatStream(dataSource, ScopeOf(group), id, clock) : null;
    }

    public async Task StopAsync(ActingGroup group, string chat, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(ScopeOf(group));
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"update {ChatAnswer.Table} set stopped = true where group_id = $1 and chat_id = $2 and created_by = $3 and not whole")
        {
            Parameters = { new() { Value = group.Id }, new() { Value = chat }, new() { Value = group.Caller.Id } },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <returns>All lines from the beginning until the answer is whole; null when none is being written.</returns>
    public async Task<IAsyncEnumerable<string>?> FindAsync(ActingGroup group, string chat, CancellationToken cancellationToken)
        => await ReadAsync(group, chat, 0, cancellationToken) is { Whole: false } beginning ? FollowAsync(group, chat, beginning, cancellationToken) : null;

    private async IAsyncEnumerable<string> FollowAsync(
        ActingGroup group, string chat, Reading reading, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var (id, next) = (reading.Id, 0); ;)
        {
            foreach (var line in reading.Lines)
            {
                yield return line;
            }

            next += reading.Lines.Count;
            if (reading.Whole)
            {
                yield break;
            }

            if (reading.UpdatedAt < clock.GetUtcNow() - ChatStream.Silence)
            {
                yield return UiMessageStream.Error("The answer was interrupted.") + UiMessageStream.Done;
                yield break;
            }

            await Task.Delay(s_pause, clock, cancellationToken);
            if (await ReadAsync(group, chat, next, cancellationToken) is not { } more || more.Id != id)
            {
                yield break;
            }

            reading = more;
        }
    }

    private async Task<Reading?> ReadAsync(ActingGroup group, string chat, int from, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(ScopeOf(group));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             select a.id, a.whole, a.updated_at, l.text
             from {ChatAnswer.Table} a left join {ChatAnswerLine.Table} l on l.answer_id = a.id and l.sequence >= $4
             where a.group_id = $1 and a.chat_id = $2 and a.created_by = $3 order by l.sequence
             """)
        {
            Parameters = { new() { Value = group.Id }, new() { Value = chat }, new() { Value = group.Caller.Id }, new() { Value = from } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        Reading? reading = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            reading ??= new Reading(reader.GetGuid(0), reader.GetBoolean(1), reader.GetFieldValue<DateTimeOffset>(2), []);
            if (!await reader.IsDBNullAsync(3, cancellationToken))
            {
                reading.Lines.Add(reader.GetString(3));
            }
        }

        return reading;
    }

    private static TenantScope ScopeOf(ActingGroup group)
    {
        var scope = new TenantScope();
        scope.ActIn(group.Id);
        return scope;
    }

    private sealed record Reading(Guid Id, bool Whole, DateTimeOffset UpdatedAt, List<string> Lines);
}
