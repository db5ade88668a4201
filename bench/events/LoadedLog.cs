using NpgsqlTypes;
using OnePlatform.Contracts;

namespace OnePlatform.Bench.Events;

/// <summary>Fills the log by COPY with what recording would have left there: events in their months, numbered and counted.</summary>
internal sealed class LoadedLog(LogUnderTest log)
{
    private const string Columns =
        "id, position, group_id, type, source, actor_kind, actor_id, target_id, target_kind, target_version, occurred_at, recorded_at, metadata, request_id, "
        + "trace_id, ip, user_agent";

    private static readonly string[] s_types = ["entity_created", "entity_updated", "entity_updated", "connection_created", "x.measured"];
    private static readonly string[] s_words = ["amber", "basalt", "cedar", "delta", "ember", "fjord", "garnet", "harbour", "indigo", "juniper"];

    /// <summary>Who did it.</summary>
    public static Guid[] Actors { get; } = [.. Enumerable.Range(0, 200).Select(_ => Guid.CreateVersion7())];

    /// <summary>What it was done to.</summary>
    public static Guid[] Targets { get; } = [.. Enumerable.Range(0, 100_000).Select(_ => Guid.CreateVersion7())];

    public static string NameOf(long i) => $"{s_words[i % 10]} {s_words[i / 10 % 10]} {i}";

    /// <summary>Spreads the events evenly over the time; the first of <paramref name="groups"/> gets four of five.</summary>
    public async Task FillAsync(Guid[] groups, long events, DateTimeOffset from, DateTimeOffset to)
    {
        await log.ScalarAsync<int>("select make_event_partitions($1, 24)", DateOnly.FromDateTime(from.UtcDateTime));
        var indexes = await IndexesAsync();
        foreach (var (name, _) in indexes)
        {
            await log.ScalarAsync<int>($"drop index {name}");
        }

        await CopyAsync(groups, events, from, to);
        foreach (var (_, definition) in indexes)
        {
            await log.ScalarAsync<int>($"set maintenance_work_mem = '1GB'; {definition}");
        }

        await log.ScalarAsync<int>(
            "insert into group_positions select group_id, max(position) from events where group_id = any ($1) group by 1", groups);
        await log.ScalarAsync<int>(
            """
            insert into event_counts (group_id, slot, type, count)
            select group_id, date_bin('15 minutes', occurred_at, timestamptz '2000-01-01 00:00Z'), type, count(*) from events
            where group_id = any ($1) group by 1, 2, 3
            """, groups);
        await log.ScalarAsync<int>("vacuum analyze events");
        await log.ScalarAsync<int>("vacuum analyze event_counts");
        await log.ScalarAsync<int>("vacuum analyze event_count_sums");
    }

    private async Task<List<(string Name, string Definition)>> IndexesAsync()
    {
        await using var command = log.Database.CreateCommand(
            "select indexname, replace(indexdef, ' ON ONLY ', ' ON ') from pg_indexes where tablename = 'events' and indexname <> 'pk_events'");
        await using var reader = await command.ExecuteReaderAsync();
        var all = new List<(string, string)>();
        while (await reader.ReadAsync())
        {
            all.Add((reader.GetString(0), reader.GetString(1)));
        }

        return all;
    }

    private async Task CopyAsync(Guid[] groups, long events, DateTimeOffset from, DateTimeOffset to)
    {
        var positions = groups.ToDictionary(g => g, _ => 0L);
        var step = (to - from) / events;
        await using var connection = await log.Database.OpenConnectionAsync();
        await using var copy = await connection.BeginBinaryImportAsync($"copy events ({Columns}) from stdin (format binary)");
        for (var i = 0L; i < events; i++)
        {
            var (at, group) = (from + (step * i), i % 5 < 4 ? groups[0] : groups[i / 5 % groups.Length]);
            await copy.StartRowAsync();
            await copy.WriteAsync(Guid.CreateVersion7(at), NpgsqlDbType.Uuid);
            await copy.WriteAsync(++positions[group], NpgsqlDbType.Bigint);
            await copy.WriteAsync(group, NpgsqlDbType.Uuid);
            await copy.WriteAsync(s_types[i % s_types.Length], NpgsqlDbType.Text);
            await copy.WriteAsync("ontology", NpgsqlDbType.Text);
            await copy.WriteAsync(ActorKinds.Key, NpgsqlDbType.Text);
            await copy.WriteAsync(Actors[i % Actors.Length], NpgsqlDbType.Uuid);
            await copy.WriteAsync(Targets[i * 7919 % Targets.Length], NpgsqlDbType.Uuid);
            await copy.WriteAsync("thing", NpgsqlDbType.Text);
            await copy.WriteAsync(1 + (i / Targets.Length), NpgsqlDbType.Bigint);
            await copy.WriteAsync(at, NpgsqlDbType.TimestampTz);
            await copy.WriteAsync(at, NpgsqlDbType.TimestampTz);
            await copy.WriteAsync(
                $$"""{"entityType":"product","entityName":"{{NameOf(i)}}","changes":["name","properties.price"]}""", NpgsqlDbType.Jsonb);
            await copy.WriteAsync($"request-{i}", NpgsqlDbType.Text);
            await copy.WriteAsync($"{i:x32}", NpgsqlDbType.Text);
            await copy.WriteAsync("192.0.2.1", NpgsqlDbType.Text);
            await copy.WriteAsync("curl/8.9.1", NpgsqlDbType.Text);
        }

        await copy.CompleteAsync();
    }
}
