using System.Diagnostics;
using Npgsql;
using OnePlatform.Testing;

namespace OnePlatform.Operations.Tests;

/// <summary>The migration step of each service as an operator runs it: its own process, in Production, with its secrets as files.</summary>
public sealed class MigratingDatabases : IAsyncLifetime
{
    private readonly string _secrets = Directory.CreateTempSubdirectory("secrets").FullName;
    private readonly string _database = $"migrating_{Guid.NewGuid():N}";
    private string _admin = "";

    public async Task InitializeAsync()
    {
        _admin = await TestServers.PostgresAsync();
        await ExecuteAsync(_admin, $"create database {_database}");
        foreach (var name in new[] { "identitydb", "ontologydb", "eventsdb", "knowledgedb" })
        {
            File.WriteAllText(Path.Combine(_secrets, $"ConnectionStrings__{name}"), Owner);
        }

        File.WriteAllText(Path.Combine(_secrets, "ConnectionStrings__redis"), "127.0.0.1:9");
        File.WriteAllText(Path.Combine(_secrets, "ConnectionStrings__rabbitmq"), "amqp://guest:guest@127.0.0.1:9");
        foreach (var name in new[] { "Identity__KeyEncryptionSecret", "Querying__CursorKey", "Webhooks__EncryptionSecret" })
        {
            File.WriteAllText(Path.Combine(_secrets, name), Guid.NewGuid().ToString("N") + Guid.NewGuid().ToString("N"));
        }
    }

    public async Task DisposeAsync()
    {
        Directory.Delete(_secrets, recursive: true);
        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync(_admin, $"drop database {_database} with (force)");
    }

    [Theory]
    [InlineData("Identity")]
    [InlineData("Ontology")]
    [InlineData("Events")]
    [InlineData("Knowledge")]
    public async Task Two_steps_at_once_migrate_once_and_both_succeed(string service)
    {
        var steps = await Task.WhenAll(RunAsync(service, "--migrate"), RunAsync(service, "--migrate"));

        Assert.All(steps, step => Assert.True(step.ExitCode == 0, step.Output));
        Assert.Single(steps, step => step.Output.Contains(" applied).", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_step_takes_longer_than_a_command_may_and_so_does_one_that_waits_for_it()
    {
        File.WriteAllText(Path.Combine(_secrets, "ConnectionStrings__eventsdb"), $"{Owner};Command Timeout=1");
        Task<(int ExitCode, string Output)[]> steps;
        await using (var connection = new NpgsqlConnection(Owner))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            // As long as this is not committed, nobody else makes a table of that name.
            await using var hold = new NpgsqlCommand("""create table "__EFMigrationsHistory" (migration_id text)""", connection);
            await hold.ExecuteNonQueryAsync();
            steps = Task.WhenAll(RunAsync("Events", "--migrate"), RunAsync("Events", "--migrate"));
            await Eventually.TrueAsync(
                async () =>
                {
                    await using var admin = new NpgsqlConnection(_admin);
                    await admin.OpenAsync();
                    await using var waiting = new NpgsqlCommand(
                        $"select count(*) from pg_stat_activity where datname = '{_database}' and wait_event_type = 'Lock' and query_start < now() - interval '2 seconds'", admin);
                    return steps.IsCompleted || (long)(await waiting.ExecuteScalarAsync())! == 2;
                });
            Assert.False(steps.IsCompleted);
            await transaction.RollbackAsync();
        }

        Assert.All(await steps, step => Assert.True(step.ExitCode == 0, step.Output));
    }

    [Fact]
    public async Task A_service_refuses_a_schema_that_is_not_its_own_and_says_what_to_do()
    {
        var unmigrated = await RunAsync("Events");
        Assert.NotEqual(0, unmigrated.ExitCode);
        Assert.Contains("Run this service once with --migrate.", unmigrated.Output, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync("Events", "--migrate")).ExitCode);
        await ExecuteAsync(Owner, """insert into "__EFMigrationsHistory" values ('99990101000000_OfALaterBuild', '10.0.0')""");

        var newer = await RunAsync("Events");
        Assert.NotEqual(0, newer.ExitCode);
        Assert.Contains("The database is newer than this build: it has the migration '99990101000000_OfALaterBuild'.", newer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_services_role_may_log_in_whoever_made_it()
    {
        await ExecuteAsync(_admin, $"create role {_database}_app");

        Assert.Equal(0, (await RunAsync("Events", "--migrate")).ExitCode);

        await using var connection = new NpgsqlConnection(_admin);
        await connection.OpenAsync();
        await using var mayLogIn = new NpgsqlCommand($"select rolcanlogin from pg_roles where rolname = '{_database}_app'", connection);
        Assert.Equal(true, await mayLogIn.ExecuteScalarAsync());
    }

    private string Owner => new NpgsqlConnectionStringBuilder(_admin) { Database = _database }.ConnectionString;

    private async Task<(int ExitCode, string Output)> RunAsync(string service, params string[] arguments)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var program = Repository.Path("services", service, "bin", configuration, "net10.0", $"OnePlatform.{service}.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { WorkingDirectory = _secrets, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Secrets__Folder"] = _secrets;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(Eventually.Deadline);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        return (process.ExitCode, await output + await errors);
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
