using OnePlatform.AppHost.Local.Processes;

namespace OnePlatform.AppHost.Local.Servers;

/// <summary>Installs the servers that are missing where it may, and otherwise names the one command to type.</summary>
internal static class ServerInstallation
{
    private const string PolicyFile = "/usr/sbin/policy-rc.d";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(15);

    public static async Task EnsureAsync(IReadOnlyCollection<string> servers, Action<string> say, CancellationToken cancellationToken)
    {
        if (Missing(servers).Count == 0)
        {
            return;
        }

        if (!Environment.IsPrivilegedProcess || ServerPrograms.Find("apt-get") is null)
        {
            var missing = Missing(servers);
            throw new PlatformException($"""
                {string.Join(" and ", missing)} {(missing.Count == 1 ? "is" : "are")} not installed. Install with:
                  {InstallCommand(missing)}
                """);
        }

        // Test assemblies start at once on a fresh machine: the first installs, the others wait for it.
        using var turn = await FileLock.WaitAsync(
            Path.Combine(Path.GetTempPath(), "oneplatform-install.lock"), s_patience, cancellationToken);
        if (Missing(servers) is { Count: > 0 } stillMissing)
        {
            await InstallAsync(stillMissing, say, cancellationToken);
        }
    }

    internal static string InstallCommand(IEnumerable<string> missing)
    {
        var packages = string.Join(' ', missing.Select(Package));
        return ServerPrograms.Find("dnf") is not null && ServerPrograms.Find("apt-get") is null
            ? $"sudo dnf install -y {packages.Replace("postgresql", "postgresql-server", StringComparison.Ordinal)}"
            : $"sudo apt-get install -y {packages}";
    }

    private static List<string> Missing(IEnumerable<string> servers) => [.. servers.Where(server => server switch
    {
        ResourceNames.Postgres => ServerPrograms.Postgres() is null,
        ResourceNames.Redis => ServerPrograms.Redis is null,
        _ => ServerPrograms.RabbitMQ is null,
    })];

    private static string Package(string server) => server switch
    {
        ResourceNames.Postgres => "postgresql",
        ResourceNames.Redis => "redis-server",
        _ => "rabbitmq-server",
    };

    private static async Task InstallAsync(List<string> missing, Action<string> say, CancellationToken cancellationToken)
    {
        // The packages would start daemons of their own; this file, where the machine has none, forbids it while we install.
        var policyIsOurs = !File.Exists(PolicyFile);
        if (policyIsOurs)
        {
            await File.WriteAllTextAsync(PolicyFile, "#!/bin/sh\nexit 101\n", cancellationToken);
            File.SetUnixFileMode(PolicyFile, (UnixFileMode)0b111_101_101);
        }

        try
        {
            await AptAsync(["update"], say, cancellationToken);
            await AptAsync(["install", "-y", "--no-install-recommends", .. missing.Select(Package)], say, cancellationToken);
        }
        finally
        {
            if (policyIsOurs)
            {
                File.Delete(PolicyFile);
            }
        }
    }

    private static async Task AptAsync(string[] arguments, Action<string> say, CancellationToken cancellationToken)
    {
        say($"apt-get {string.Join(' ', arguments)}");
        await ShellCommand.RunAsync(
            ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=600", .. arguments],
            line => say($"  {line}"),
            cancellationToken,
            new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" });
    }
}
