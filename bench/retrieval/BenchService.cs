using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Npgsql;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;

namespace OnePlatform.Bench.Retrieval;

/// <summary>The service as a process of its own on an empty database, and somebody who uses it.</summary>
internal sealed class BenchService : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TestTokens _tokens;

    private BenchService(Process process, TestTokens tokens, string database, HttpClient client, Guid group)
        => (_process, _tokens, Database, Client, Group) = (process, tokens, database, client, group);

    public string Database { get; }

    public HttpClient Client { get; }

    public Guid Group { get; }

    /// <summary>What the service holds in memory now, in MiB.</summary>
    public long Megabytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 >> 20;
        }
    }

    /// <summary>Processor time of the service so far; what else the machine does is not in it.</summary>
    public TimeSpan Processor
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static async Task<BenchService> StartAsync()
    {
        var admin = await TestServers.PostgresAsync();
        var tokens = await TestTokens.StartAsync();
        await using (var connection = new NpgsqlConnection(admin))
        {
            await connection.OpenAsync();
            await using var create = new NpgsqlCommand("create database knowledgebench", connection);
            await create.ExecuteNonQueryAsync();
        }

        var database = new NpgsqlConnectionStringBuilder(admin) { Database = "knowledgebench" }.ConnectionString;
        var address = $"http://127.0.0.1:{FreePort()}";
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "OnePlatform.Knowledge.dll")])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = address,
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ConnectionStrings__knowledgedb"] = database,
            ["ConnectionStrings__rabbitmq"] = await TestServers.RabbitMQAsync(),
            ["services__identity__http__0"] = tokens.Address,
            ["Database__MigrateOnStart"] = "true",
            ["Querying__CursorKey"] = "a-key-for-the-bench-that-is-long-enough",
            ["Logging__LogLevel__Default"] = "Warning",
        })
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var group = Guid.NewGuid();
        var client = new HttpClient { BaseAddress = new Uri(address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.ForPerson(Guid.NewGuid(), group, Role.GroupOwner));
        await Eventually.SucceedsAsync(async () => (await client.GetAsync("/health/live")).EnsureSuccessStatusCode(), TimeSpan.FromMinutes(1));
        return new BenchService(process, tokens, database, client, group);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        await _tokens.DisposeAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
