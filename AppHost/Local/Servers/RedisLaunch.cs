using System.Net.Sockets;
using System.Text;
using OnePlatform.AppHost.Local.Processes;

namespace OnePlatform.AppHost.Local.Servers;

internal sealed class RedisLaunch(RedisResource resource, string folder, bool throwaway) : ILaunch
{
    public string Address => $"{ServerResource.Host}:{resource.Port}";

    public async Task<ProcessCommand?> PrepareAsync(CancellationToken cancellationToken)
    {
        var account = ServerAccount.For("redis");
        var program = ServerPrograms.Redis ?? throw new PlatformException("Redis is not installed.");
        var data = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;

        // In a file and not on the command line, where every user of the machine could read the password.
        var settings = Path.Combine(folder, "redis.conf");
        await File.WriteAllTextAsync(
            settings,
            $"""
            bind {ServerResource.Host}
            port {resource.Port}
            requirepass {resource.Password}
            dir "{data}"
            daemonize no
            save ""
            appendonly yes
            appendfsync {(throwaway ? "no" : "everysec")}

            """,
            cancellationToken);
        File.SetUnixFileMode(settings, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await account.OwnAsync(folder, cancellationToken);
        return new ProcessCommand(account.Run(program, settings), "/");
    }

    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(ServerResource.Host, resource.Port, cancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"AUTH {resource.Password}\r\nPING\r\n"), cancellationToken);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        foreach (var expected in new[] { "+OK", "+PONG" })
        {
            var answer = await reader.ReadLineAsync(cancellationToken);
            if (answer != expected)
            {
                throw new IOException($"Redis answered {answer ?? "nothing"}.");
            }
        }
    }
}
