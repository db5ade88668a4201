using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using OnePlatform.AppHost;
using OnePlatform.AppHost.Local;
using OnePlatform.Testing;

namespace OnePlatform.Bench.Events;

/// <summary>The Events service as it is deployed, a process of its own, on servers that keep what was committed.</summary>
internal sealed class LogUnderTest : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly LocalServers _servers;
    private readonly TestTokens _tokens;
    private readonly Process _service;
    private readonly HttpClient _http;

    private LogUnderTest(DirectoryInfo folder, LocalServers servers, TestTokens tokens, Process service, HttpClient http, NpgsqlDataSource database)
        => (_folder, _servers, _tokens, _service, _http, Database) = (folder, servers, tokens, service, http, database);

    /// <summary>As the owner, who is not held to row-level policies.</summary>
    public NpgsqlDataSource Database { get; }

    public string Broker => _servers.RabbitMQ;

    public static async Task<LogUnderTest> StartAsync(params (string Name, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("events-bench-");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_001_001);
        var servers = await LocalServers.StartAsync(redis: false, dataFolder: folder.FullName, durable: true);
        var tokens = await TestTokens.StartAsync();
        await using (var admin = NpgsqlDataSource.Create($"{servers.Postgres};Database=postgres"))
        {
            await admin.CreateCommand("create database eventsdb").ExecuteNonQueryAsync();
            await admin.CreateCommand("create database sourcedb").ExecuteNonQueryAsync();
        }

        var database = $"{servers.Postgres};Database=eventsdb";
        var port = FreePort();
        var service = Start(port, database, servers.RabbitMQ, tokens.Address, settings);
        var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await Eventually.SucceedsAsync(async () => (await http.GetAsync("/health/ready")).EnsureSuccessStatusCode(), TimeSpan.FromMinutes(2));
        return new LogUnderTest(folder, servers, tokens, service, http, NpgsqlDataSource.Create($"{database};Command Timeout=3600"));
    }

    public Task<Source> StartSourceAsync() => Source.StartAsync($"{_servers.Postgres};Database=sourcedb", Broker);

    public HttpClient ClientIn(Guid group)
    {
        var client = new HttpClient { BaseAddress = _http.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new("Bearer", _tokens.ForPerson(Guid.NewGuid(), group));
        return client;
    }

    public async Task<T> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        return await command.ExecuteScalarAsync() is T value ? value : default!;
    }

    public Task<long> NumberedAsync() => ScalarAsync<long>("select coalesce(sum(last), 0)::bigint from group_positions");

    /// <summary>CPU seconds so far.</summary>
    public (double Service, double Postgres, double Broker, double Source) ProcessorSeconds => (
        ProcessorTime.Of(_service.Id), ProcessorTime.Of(_servers.Platform.ProcessId(ResourceNames.Postgres)),
        ProcessorTime.Of(_servers.Platform.ProcessId(ResourceNames.RabbitMQ)), Environment.CpuUsage.TotalTime.TotalSeconds);

    /// <summary>Bytes of the service that lie in memory.</summary>
    public long ServiceMemory
    {
        get
        {
            _service.Refresh();
            return _service.WorkingSet64;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _service.Kill();
        await _service.WaitForExitAsync();
        _service.Dispose();
        await Database.DisposeAsync();
        await _tokens.DisposeAsync();
        await _servers.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static Process Start(int port, string database, string broker, string identity, (string Name, string Value)[] settings)
    {
        var root = Root();
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = false, WorkingDirectory = Path.Combine(root, "services/Events") };
        start.ArgumentList.Add(Path.Combine(root, "services/Events/bin/Release/net10.0/OnePlatform.Events.dll"));
        (string Name, string Value)[] all =
        [
            ("ASPNETCORE_ENVIRONMENT", "Production"), ("ASPNETCORE_URLS", $"http://127.0.0.1:{port}"), ("ConnectionStrings__eventsdb", database),
            ("ConnectionStrings__rabbitmq", broker), ("services__identity__http__0", identity), ("Querying__CursorKey", new string('k', 32)),
            ("Webhooks__EncryptionSecret", new string('s', 32)), ("Database__MigrateOnStart", "true"), ("Logging__LogLevel__Default", "Warning"), .. settings,
        ];
        foreach (var (name, value) in all)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OnePlatform.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
