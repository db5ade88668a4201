using OnePlatform.AppHost.Local.Processes;
using RabbitMQ.Client;

namespace OnePlatform.AppHost.Local.Servers;

internal sealed class RabbitMQLaunch(RabbitMQServerResource resource, string folder, int epmdPort, int distributionPort) : ILaunch
{
    // epmd, the names' registry of Erlang, would be started as a daemon that outlives the broker. Started here, on a port of its
    // own, it belongs to the broker's process group and ends with it.
    private const string Start = """
        "$1" -port "$ERL_EPMD_PORT" -address 127.0.0.1 >/dev/null 2>&1 &
        tries=0
        until "$1" -port "$ERL_EPMD_PORT" -names >/dev/null 2>&1 || [ "$tries" -ge 100 ]; do sleep 0.05; tries=$((tries + 1)); done
        exec "$2"
        """;

    public string Address => $"{ServerResource.Host}:{resource.Port}";

    public async Task<ProcessCommand?> PrepareAsync(CancellationToken cancellationToken)
    {
        var account = ServerAccount.For("rabbitmq");
        var program = ServerPrograms.RabbitMQ ?? throw new PlatformException("RabbitMQ is not installed.");
        var epmd = ServerPrograms.Epmd ?? throw new PlatformException("Erlang's epmd is not installed.");
        Directory.CreateDirectory(folder);
        await WriteAsync("rabbitmq.conf", Settings(), cancellationToken);
        await WriteAsync("advanced.config", "[].\n", cancellationToken);
        await WriteAsync("enabled_plugins", "[].\n", cancellationToken);
        await account.OwnAsync(folder, cancellationToken);
        return new ProcessCommand(account.Run("/bin/sh", "-c", Start, "rabbitmq", epmd, program), "/") { Environment = Variables() };
    }

    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(resource.ConnectionString),
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
        };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await connection.CloseAsync(cancellationToken);
    }

    private string Settings() => $"""
        listeners.tcp.1 = {ServerResource.Host}:{resource.Port}
        loopback_users = none
        default_user = {RabbitMQServerResource.UserName}
        default_pass = {resource.Password}
        vm_memory_high_watermark.absolute = 512MB
        disk_free_limit.absolute = 64MB
        raft.wal_max_size_bytes = 33554432
        log.file = false
        log.console = true
        log.console.level = info

        """;

    private Dictionary<string, string?> Variables() => new()
    {
        ["HOME"] = folder,
        ["LC_ALL"] = "C.UTF-8",
        ["RABBITMQ_NODENAME"] = "oneplatform@localhost",
        ["RABBITMQ_DIST_PORT"] = $"{distributionPort}",
        ["ERL_EPMD_PORT"] = $"{epmdPort}",
        ["ERL_EPMD_ADDRESS"] = ServerResource.Host,
        ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq.conf"),
        ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(folder, "advanced.config"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "enabled_plugins"),
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "data"),
        ["RABBITMQ_FEATURE_FLAGS_FILE"] = Path.Combine(folder, "feature_flags"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
        ["RABBITMQ_PID_FILE"] = Path.Combine(folder, "rabbitmq.pid"),
        ["ERL_CRASH_DUMP"] = Path.Combine(folder, "crash.dump"),

        // Idle schedulers that spin cost a shared two-core machine more than they win.
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
            "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}",
    };

    private async Task WriteAsync(string name, string text, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, name);
        await File.WriteAllTextAsync(file, text, cancellationToken);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
