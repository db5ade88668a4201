using System.Diagnostics;
using Npgsql;
using OnePlatform.Testing;

namespace OnePlatform.Bench.Events;

/// <summary>Events a second from a committed outbox row to a position in the log, against inserts of the same rows one by one.</summary>
internal static class RecordRun
{
    private const string Columns =
        "id, position, group_id, type, source, actor_kind, actor_id, on_behalf_of, target_id, target_kind, target_version, "
        + "occurred_at, recorded_at, metadata, changes, request_id, trace_id, ip, user_agent";

    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(10);

    public static async Task<int> RunAsync(int events)
    {
        await using var log = await LogUnderTest.StartAsync();
        await using var source = await log.StartSourceAsync();
        await RecordAsync(log, source, Math.Min(events, 10_000));
        var before = log.ProcessorSeconds;
        var rate = await RecordAsync(log, source, events);
        var after = log.ProcessorSeconds;

        var rows = Math.Min(events, 20_000);
        await log.ScalarAsync<int>("create table plain (like events including all)");
        var alone = await InsertAsync(log, rows / 4, connections: 1);
        var beside = await InsertAsync(log, rows, connections: 8);
        Console.WriteLine($"recorded end to end           {rate,8:0}/s   ({events} events of one line each)");
        Console.WriteLine(
            $"  CPU per event, µs: service {Each(after.Service - before.Service)}, PostgreSQL {Each(after.Postgres - before.Postgres)}, "
            + $"RabbitMQ {Each(after.Broker - before.Broker)}, outbox relay {Each(after.Source - before.Source)}");
        Console.WriteLine($"single-row inserts            {alone,8:0}/s   one connection: {rate / alone:0.00} ×");
        Console.WriteLine($"                              {beside,8:0}/s   eight connections: {rate / beside:0.00} ×");
        return 0;

        string Each(double seconds) => $"{seconds / events * 1e6:0}";
    }

    private static async Task<double> RecordAsync(LogUnderTest log, Source source, int events)
    {
        var expected = await log.NumberedAsync() + events;
        var messages = Enumerable.Range(0, events).Select(Lines.Message).ToList();
        await source.AddAsync(messages);
        var watch = Stopwatch.StartNew();
        await Eventually.TrueAsync(async () =>
        {
            await Task.Delay(100);
            return await log.NumberedAsync() >= expected;
        }, s_deadline);
        return events / watch.Elapsed.TotalSeconds;
    }

    /// <summary>The first rows of the log into a table with the same columns and indexes, each in a transaction of its own.</summary>
    private static async Task<double> InsertAsync(LogUnderTest log, int rows, int connections)
    {
        await log.ScalarAsync<int>("truncate plain");
        var values = await ReadAsync(log, rows);
        var next = -1;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            await using var connection = await log.Database.OpenConnectionAsync();
            await using var command = new NpgsqlCommand(
                $"insert into plain ({Columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::jsonb, $15::jsonb, $16, $17, $18, $19)",
                connection);
            for (var i = 0; i < 19; i++)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = values[0][i], NpgsqlDbType = Of(i) });
            }

            await command.PrepareAsync();
            for (int row; (row = Interlocked.Increment(ref next)) < values.Count;)
            {
                for (var i = 0; i < 19; i++)
                {
                    command.Parameters[i].Value = values[row][i];
                }

                await command.ExecuteNonQueryAsync();
            }
        })));
        return values.Count / watch.Elapsed.TotalSeconds;
    }

    private static NpgsqlTypes.NpgsqlDbType Of(int column) => column switch
    {
        0 or 2 or 6 or 7 or 8 => NpgsqlTypes.NpgsqlDbType.Uuid,
        1 or 10 => NpgsqlTypes.NpgsqlDbType.Bigint,
        11 or 12 => NpgsqlTypes.NpgsqlDbType.TimestampTz,
        _ => NpgsqlTypes.NpgsqlDbType.Text,
    };

    private static async Task<List<object[]>> ReadAsync(LogUnderTest log, int rows)
    {
        await using var command = log.Database.CreateCommand($"select {Columns} from events limit $1");
        command.Parameters.Add(new NpgsqlParameter { Value = rows });
        await using var reader = await command.ExecuteReaderAsync();
        var all = new List<object[]>();
        while (await reader.ReadAsync())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            all.Add(row);
        }

        return all;
    }
}
