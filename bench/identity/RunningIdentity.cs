using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using OnePlatform.AppHost.Local;

namespace OnePlatform.Bench.Identity;

/// <summary>Identity as a process of its own, on a PostgreSQL of its own; broker and Redis are away, which it does not mind.</summary>
internal sealed class RunningIdentity : IAsyncDisposable
{
    private readonly LocalServers _servers;
    private readonly Process _process;

    private RunningIdentity(LocalServers servers, Process process, Uri address) => (_servers, _process, Address) = (servers, process, address);

    public Uri Address { get; }

    public static async Task<RunningIdentity> StartAsync(string service, int workFactor)
    {
        var servers = await LocalServers.StartAsync(redis: false, rabbitmq: false);
        var admin = new NpgsqlConnectionStringBuilder(servers.Postgres) { Database = "postgres" };
        await using (var connection = new NpgsqlConnection(admin.ConnectionString))
        {
            await connection.OpenAsync();
            await using var create = new NpgsqlCommand("create database identitydb", connection);
            await create.ExecuteNonQueryAsync();
        }

        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet", [service, "--contentRoot", Path.GetFullPath("services/Identity")])
        {
            Environment =
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["ASPNETCORE_URLS"] = address.ToString(),
                ["ConnectionStrings__identitydb"] = new NpgsqlConnectionStringBuilder(servers.Postgres) { Database = "identitydb" }.ConnectionString,
                ["ConnectionStrings__redis"] = "127.0.0.1:9,connectTimeout=100,connectRetry=1",
                ["ConnectionStrings__rabbitmq"] = "amqp://guest:guest@127.0.0.1:9",
                ["Identity__BcryptCost"] = workFactor.ToString(CultureInfo.InvariantCulture),
                ["Identity__GroupWait"] = "00:00:00",
                ["Logging__LogLevel__Default"] = "Error",
                ["Mail__Folder"] = Directory.CreateTempSubdirectory("bench-mails").FullName,
            },
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var identity = new RunningIdentity(servers, process, address);
        await identity.WaitAsync();
        return identity;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
        await _servers.DisposeAsync();
    }

    private async Task WaitAsync()
    {
        using var client = new HttpClient { BaseAddress = Address };
        for (var i = 0; i < 300 && !_process.HasExited; i++)
        {
            try
            {
                if ((await client.GetAsync("/health/live")).IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(200);
        }

        throw new InvalidOperationException("Identity did not start.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
