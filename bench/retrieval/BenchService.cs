using System.Net.Http.Headers;
using Npgsql;
using OnePlatform.AppHost.Local;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;

namespace OnePlatform.Bench.Retrieval;

/// <summary>The service as a process of its own, on servers that keep what was committed, and somebody who uses it.</summary>
internal sealed class BenchService : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly LocalServers _servers;
    private readonly TestTokens _tokens;

    private BenchService(DirectoryInfo folder, LocalServers servers, TestTokens tokens, ServiceProcess process, string database)
    {
        (_folder, _servers, _tokens, Process, Database) = (folder, servers, tokens, process, database);
        Client = new HttpClient { BaseAddress = new Uri(process.Address) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.ForPerson(Guid.NewGuid(), Group, Role.GroupOwner));
    }

    public ServiceProcess Process { get; }

    public string Database { get; }

    public HttpClient Client { get; }

    public Guid Group { get; } = Guid.NewGuid();

    public static async Task<BenchService> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("retrieval-bench-");

        // The database server works as another user, who goes through here to its own folder.
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_001_001);
        var servers = await LocalServers.StartAsync(redis: false, dataFolder: folder.FullName, durable: true);
        var tokens = await TestTokens.StartAsync();
        await using (var admin = NpgsqlDataSource.Create($"{servers.Postgres};Database=postgres"))
        {
            await admin.CreateCommand("create database knowledgedb").ExecuteNonQueryAsync();
        }

        var database = $"{servers.Postgres};Database=knowledgedb";
        var process = await ServiceProcess.StartAsync("OnePlatform.Knowledge.dll", new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ConnectionStrings:knowledgedb"] = database,
            ["ConnectionStrings:rabbitmq"] = servers.RabbitMQ,
            ["services:identity:http:0"] = tokens.Address,
            ["Database:MigrateOnStart"] = "true",
            ["Querying:CursorKey"] = "a-key-for-the-bench-that-is-long-enough",
        });
        return new BenchService(folder, servers, tokens, process, database);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Process.DisposeAsync();
        await _tokens.DisposeAsync();
        await _servers.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
