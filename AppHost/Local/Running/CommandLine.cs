using System.Globalization;

namespace OnePlatform.AppHost.Local;

/// <summary>The AppHost's flags.</summary>
internal sealed record CommandLine
{
    public const string Usage = """
        OnePlatform on this machine: PostgreSQL, Redis, RabbitMQ and the services, until Ctrl-C.

          dotnet run --project AppHost -- [flags]

          --port <number>   the gateway's port (default 8080)
          --data <folder>   where state, logs and mail are kept (default .data in the repository)
          --reset           delete that state first
          --no-demo         make no demo group
          --help            this text
        """;

    public int? Port { get; init; }

    public string? Data { get; init; }

    public bool Reset { get; init; }

    public bool Demo { get; init; } = true;

    public bool Help { get; init; }

    public string? PublishTo { get; init; }

    public static CommandLine Parse(IReadOnlyList<string> args)
    {
        var parsed = new CommandLine();
        for (var i = 0; i < args.Count; i++)
        {
            var (flag, value) = args[i].Split('=', 2) is [var name, var given] ? (name, given) : (args[i], null);
            parsed = flag switch
            {
                "--port" => parsed with { Port = PortFrom(value ?? Next(args, ref i)) },
                "--data" => parsed with { Data = Path.GetFullPath(value ?? Next(args, ref i)) },
                "--reset" => parsed with { Reset = true },
                "--no-demo" => parsed with { Demo = false },
                "--publish-to" => parsed with { PublishTo = value ?? Next(args, ref i) },
                "--help" or "-h" or "-?" => parsed with { Help = true },
                _ => throw new PlatformException($"Unknown flag {args[i]}.\n\n{Usage}"),
            };
        }

        return parsed;
    }

    private static string Next(IReadOnlyList<string> args, ref int i) => ++i < args.Count
        ? args[i]
        : throw new PlatformException($"{args[i - 1]} needs a value.\n\n{Usage}");

    private static int PortFrom(string value) => int.TryParse(value, CultureInfo.InvariantCulture, out var port) && port is >= 0 and <= 65535
        ? port
        : throw new PlatformException($"--port {value}: a port is a number from 1 to 65535, or 0 for any free one.");
}
