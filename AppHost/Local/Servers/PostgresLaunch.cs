using Npgsql;
using OnePlatform.AppHost.Local.Processes;

namespace OnePlatform.AppHost.Local.Servers;

internal sealed class PostgresLaunch(PostgresServerResource resource, string folder, bool throwaway, Action<string> log) : ILaunch
{
    // For a developer's machine of two cores: room for every service's pool, and caches that leave memory to the rest.
    private static readonly string[] s_settings =
    [
        "max_connections=200", "shared_buffers=192MB", "work_mem=8MB", "maintenance_work_mem=64MB", "effective_cache_size=1GB",
        "random_page_cost=1.1", "max_wal_size=1GB", "jit=off", "logging_collector=off",
    ];

    // These forget a power cut. Commits stay synchronous: what was committed must outlive a kill -9 in a test as well.
    private static readonly string[] s_throwawaySettings = ["fsync=off", "full_page_writes=off"];

    private readonly string _data = Path.Combine(folder, "data");

    public string Address => $"{ServerResource.Host}:{resource.Port}";

    public async Task<ProcessCommand?> PrepareAsync(CancellationToken cancellationToken)
    {
        var account = ServerAccount.For("postgres");
        if (!Directory.Exists(_data))
        {
            await InitializeAsync(account, cancellationToken);
        }

        await account.OwnAsync(folder, cancellationToken);
        var version = (await File.ReadAllTextAsync(Path.Combine(_data, "PG_VERSION"), cancellationToken)).Trim();
        var programs = ServerPrograms.Postgres(version)
            ?? throw new PlatformException($"The data in {_data} needs PostgreSQL {version}, which is not installed; --reset starts anew.");

        // No socket in the file system: its path may be at most 107 bytes long, and a repository may lie deeper.
        string[] settings =
        [
            $"port={resource.Port}", $"listen_addresses={ServerResource.Host}", "unix_socket_directories=",
            .. s_settings, .. throwaway ? s_throwawaySettings : [],
        ];
        return new ProcessCommand(
            account.Run([Path.Combine(programs, "postgres"), "-D", _data, .. settings.SelectMany(setting => new[] { "-c", setting })]), "/")
        {
            // Fast shutdown; SIGTERM would wait for every client to leave.
            StopSignal = StopSignal.Interrupt,
        };
    }

    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        // Without a pool: a connection kept from before a crash would answer for a server that is gone.
        await using var connection = new NpgsqlConnection($"{resource.ConnectionString};Database=postgres;Pooling=false;Timeout=5");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("select 1", connection);
        await command.ExecuteScalarAsync(cancellationToken);
    }

    private async Task InitializeAsync(ServerAccount account, CancellationToken cancellationToken)
    {
        var programs = ServerPrograms.Postgres() ?? throw new PlatformException("PostgreSQL is not installed.");

        // Made aside and renamed, so that an interrupted initdb is not taken for a database.
        var unfinished = Path.Combine(folder, "unfinished");
        var passwordFile = Path.Combine(folder, "password");
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true);
        }

        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(passwordFile, resource.Password, cancellationToken);
        File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await account.OwnAsync(folder, cancellationToken);
        string[] initdb =
        [
            Path.Combine(programs, "initdb"), "-D", unfinished, "-U", PostgresServerResource.UserName, $"--pwfile={passwordFile}",
            "--auth=scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions", .. throwaway ? ["--no-sync"] : Array.Empty<string>(),
        ];
        await ShellCommand.RunAsync(account.Run(initdb), log, cancellationToken);
        File.Delete(passwordFile);
        Directory.Move(unfinished, _data);
    }
}
