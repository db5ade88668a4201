namespace OnePlatform.AppHost.Local;

/// <summary>Real servers without the services, for the tests of one service: throwaway, on free ports.</summary>
public sealed class LocalServers : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    private readonly LocalPlatform _platform;

    private LocalServers(LocalPlatform platform) => _platform = platform;

    /// <summary>Connection string of the server's superuser, without a database.</summary>
    public string Postgres => _platform.ConnectionString(ResourceNames.Postgres);

    public string Redis => _platform.ConnectionString(ResourceNames.Redis);

    /// <summary>The broker's URI, without a virtual host.</summary>
    public string RabbitMQ => _platform.ConnectionString(ResourceNames.RabbitMQ);

    /// <summary>To kill, pause, stop and start one of them by its name.</summary>
    public LocalPlatform Platform => _platform;

    /// <summary>Returns when the servers asked for are healthy.</summary>
    /// <param name="durable">As in the engine that keeps a user's data: commits survive a power cut. For figures; needs a data folder.</param>
    public static async Task<LocalServers> StartAsync(
        bool postgres = true,
        bool redis = true,
        bool rabbitmq = true,
        string? dataFolder = null,
        bool durable = false,
        CancellationToken cancellationToken = default)
    {
        List<IResource> model = [];
        if (postgres)
        {
            model.Add(new PostgresServerResource(ResourceNames.Postgres));
        }

        if (redis)
        {
            model.Add(new RedisResource(ResourceNames.Redis));
        }

        if (rabbitmq)
        {
            model.Add(new RabbitMQServerResource(ResourceNames.RabbitMQ));
        }

        var options = new LocalPlatformOptions { Throwaway = !durable, DataFolder = dataFolder };
        var platform = await LocalPlatform.StartAsync(model, options, cancellationToken);
        try
        {
            await platform.WaitUntilReadyAsync(s_deadline, cancellationToken);
            return new LocalServers(platform);
        }
        catch
        {
            await platform.StopAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _platform.DisposeAsync();
}
