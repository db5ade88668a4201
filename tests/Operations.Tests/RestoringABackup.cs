using System.Diagnostics;
using Npgsql;
using OnePlatform.Testing;

namespace OnePlatform.Operations.Tests;

/// <summary>Back up, lose everything, restore, and find it all: the scripts of <c>deploy/backup</c> with a migrated database.</summary>
public sealed class RestoringABackup : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("backup").FullName, "today");
    private readonly string _database = $"backed_up_{Guid.NewGuid():N}";
    private NpgsqlConnectionStringBuilder _server = new();

    public async Task InitializeAsync()
    {
        _server = new(await TestServers.PostgresAsync());
        await ExecuteAsync("postgres", $"create database {_database}");
        await ExecuteAsync(
            "create table things (id int primary key, group_id uuid, name text, words tsvector generated always as (to_tsvector('simple', name)) stored);"
            + "create table events (id int, at date) partition by range (at);"
            + "create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');"
            + $"create role {_database}_app login password 'x'; grant select on things to {_database}_app;"
            + "alter table things enable row level security; create policy own on things using (group_id::text = current_setting('app.group'));"
            + "insert into things select n, gen_random_uuid(), 'Thing ' || n from generate_series(1, 1000) n;"
            + "insert into events select n, date '2026-01-01' + n from generate_series(1, 300) n");
    }

    public async Task DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync("postgres", $"drop database if exists {_database} with (force)");
        await ExecuteAsync("postgres", $"drop role if exists {_database}_app");
        Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
    }

    [Fact]
    public async Task What_was_lost_after_a_backup_is_there_again()
    {
        await RunAsync("backup", 0, _folder);
        await ExecuteAsync("delete from things where id > 10; truncate events");

        var refused = await RunAsync("restore", 1, _folder);
        Assert.Contains("--replace", refused, StringComparison.Ordinal);
        NpgsqlConnection.ClearAllPools();
        await RunAsync("restore", 0, _folder, "--replace");

        Assert.Equal(1000L, await ScalarAsync("select count(*) from things"));
        Assert.Equal(300L, await ScalarAsync("select count(*) from events"));
        Assert.Equal(1L, await ScalarAsync("select count(*) from things where words @@ 'thing & 77'"));
        Assert.Equal(true, await ScalarAsync($"select has_table_privilege('{_database}_app', 'things', 'select')"));
        Assert.Equal(1L, await ScalarAsync("select count(*) from pg_policies where tablename = 'things'"));
    }

    [Fact]
    public async Task A_server_that_lost_the_role_as_well_is_restored()
    {
        await RunAsync("backup", 0, _folder);
        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync("postgres", $"drop database {_database} with (force)");
        await ExecuteAsync("postgres", $"drop role {_database}_app");

        await RunAsync("restore", 0, _folder);

        Assert.Equal(1000L, await ScalarAsync("select count(*) from things"));
        Assert.Equal(true, await ScalarAsync($"select rolcanlogin from pg_roles where rolname = '{_database}_app'"));
    }

    [Fact]
    public async Task A_damaged_backup_is_refused_before_anything_is_dropped()
    {
        await RunAsync("backup", 0, _folder);
        var dump = Path.Combine(_folder, $"{_database}.dump");
        var bytes = await File.ReadAllBytesAsync(dump);
        bytes[bytes.Length / 2] ^= 0xff;
        await File.WriteAllBytesAsync(dump, bytes);

        var refused = await RunAsync("restore", 1, _folder, "--replace");

        Assert.Contains("damaged", refused, StringComparison.Ordinal);
        Assert.Equal(1000L, await ScalarAsync("select count(*) from things"));
    }

    private async Task<string> RunAsync(string script, int expected, params string[] arguments)
    {
        var start = new ProcessStartInfo(Repository.Path("deploy", "backup", script), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PGHOST"] = _server.Host;
        start.Environment["PGPORT"] = $"{_server.Port}";
        start.Environment["PGUSER"] = _server.Username;
        start.Environment["PGPASSWORD"] = _server.Password;
        start.Environment["DATABASES"] = _database;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        var text = await output + await errors;
        Assert.True(process.ExitCode == expected, $"{script} ended with {process.ExitCode}: {text}");
        return text;
    }

    private Task ExecuteAsync(string sql) => ExecuteAsync(_database, sql);

    private async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = await OpenAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = await OpenAsync(_database);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private async Task<NpgsqlConnection> OpenAsync(string database)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Database = database }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
