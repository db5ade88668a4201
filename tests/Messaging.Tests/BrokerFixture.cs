using OnePlatform.AppHost;
using OnePlatform.AppHost.Local;
using Xunit;

namespace OnePlatform.Messaging.Tests;

/// <summary>One RabbitMQ for all scenarios that need one; it takes longer to start than all of them to run.</summary>
public sealed class BrokerFixture : IAsyncLifetime
{
    private LocalServers? _servers;

    public string Address => _servers!.RabbitMQ;

    public async Task InitializeAsync() => _servers = await LocalServers.StartAsync(postgres: false, redis: false);

    public async Task DisposeAsync()
    {
        if (_servers is not null)
        {
            await _servers.DisposeAsync();
        }
    }

    public Task StopAsync() => _servers!.Platform.StopResourceAsync(ResourceNames.RabbitMQ);

    public Task StartAgainAsync() => _servers!.Platform.StartResourceAsync(ResourceNames.RabbitMQ);

    /// <summary>kill -9; the engine starts it again.</summary>
    public Task KillAsync() => _servers!.Platform.KillAsync(ResourceNames.RabbitMQ);
}

[CollectionDefinition(Name)]
public sealed class BrokerScenarios : ICollectionFixture<BrokerFixture>
{
    public const string Name = "broker";
}
