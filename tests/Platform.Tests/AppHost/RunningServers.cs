using Npgsql;
using OnePlatform.AppHost;
using OnePlatform.AppHost.Local;
using OnePlatform.Testing;
using RabbitMQ.Client;

namespace OnePlatform.Platform.Tests.AppHost;

public sealed class RunningServers
{
    [Fact]
    public async Task A_database_killed_outright_comes_back_on_its_port_with_its_data()
    {
        await using var servers = await LocalServers.StartAsync(redis: false, rabbitmq: false);
        await ExecuteAsync(servers, "create table kept (id int)");
        var before = servers.Platform.ProcessId(ResourceNames.Postgres);

        await servers.Platform.KillAsync(ResourceNames.Postgres);
        await servers.Platform.WaitUntilReadyAsync(Eventually.Deadline);

        Assert.NotEqual(before, servers.Platform.ProcessId(ResourceNames.Postgres));
        await ExecuteAsync(servers, "insert into kept values (1)");
    }

    [Fact]
    public async Task A_quorum_queue_keeps_its_message_while_the_broker_is_down()
    {
        await using var servers = await LocalServers.StartAsync(postgres: false, redis: false);
        await using (var connection = await ConnectAsync(servers))
        await using (var channel = await connection.CreateChannelAsync(new(true, true)))
        {
            await channel.QueueDeclareAsync(
                "kept", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
            await channel.BasicPublishAsync("", "kept", mandatory: true, new BasicProperties { Persistent = true }, new byte[] { 1 });
        }

        await servers.Platform.StopResourceAsync(ResourceNames.RabbitMQ);
        Assert.False(servers.Platform.IsReady(ResourceNames.RabbitMQ));
        await servers.Platform.StartResourceAsync(ResourceNames.RabbitMQ);
        await servers.Platform.WaitUntilReadyAsync(Eventually.Deadline);

        await using var again = await ConnectAsync(servers);
        await using var reader = await again.CreateChannelAsync();
        Assert.NotNull(await reader.BasicGetAsync("kept", autoAck: true));
    }

    [Fact]
    public async Task A_paused_server_is_silent_until_it_is_resumed()
    {
        await using var servers = await LocalServers.StartAsync(redis: false, rabbitmq: false);

        await servers.Platform.PauseAsync(ResourceNames.Postgres);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(servers, "select 1", "Timeout=1;Pooling=false"));
        await servers.Platform.ResumeAsync(ResourceNames.Postgres);

        await ExecuteAsync(servers, "select 1", "Pooling=false");
    }

    [Fact]
    public async Task Sets_started_at_once_do_not_meet_and_leave_no_folder()
    {
        var sets = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => LocalServers.StartAsync(rabbitmq: false)));

        Assert.Equal(sets.Length, sets.Select(set => set.Postgres).Distinct().Count());
        Assert.Equal(sets.Length, sets.Select(set => set.Redis).Distinct().Count());
        await Task.WhenAll(sets.Select(async set => await set.DisposeAsync()));
        Assert.DoesNotContain(sets, set => Directory.Exists(set.Platform.DataFolder));
    }

    private static async Task ExecuteAsync(LocalServers servers, string sql, string more = "Pooling=false")
    {
        await using var connection = new NpgsqlConnection($"{servers.Postgres};{more}");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<IConnection> ConnectAsync(LocalServers servers)
        => await new ConnectionFactory { Uri = new Uri(servers.RabbitMQ) }.CreateConnectionAsync();
}
