namespace OnePlatform.AppHost.Local.Servers;

/// <summary>Where the servers' programs are: on the PATH, or where Debian puts those it keeps off it.</summary>
internal static class ServerPrograms
{
    private const string DebianPostgres = "/usr/lib/postgresql";

    // Debian's rabbitmq-server on the PATH is a wrapper for root; the program it wraps runs as anybody.
    private static readonly string[] s_extraFolders = ["/usr/lib/rabbitmq/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];

    public static string? Redis => Find("redis-server") ?? Find("valkey-server");

    public static string? RabbitMQ => s_extraFolders[..1].Select(folder => Path.Combine(folder, "rabbitmq-server"))
        .FirstOrDefault(File.Exists) ?? Find("rabbitmq-server");

    public static string? Epmd => Find("epmd");

    /// <summary>The folder of <c>postgres</c> and <c>initdb</c>; data of an earlier major version needs that version's programs.</summary>
    public static string? Postgres(string? majorVersion = null)
    {
        var folders = PostgresFolders().Where(folder => File.Exists(Path.Combine(folder, "initdb"))).ToList();
        return majorVersion is null
            ? folders.FirstOrDefault()
            : folders.FirstOrDefault(folder => folder.Contains($"/{majorVersion}/", StringComparison.Ordinal))
                ?? folders.FirstOrDefault(folder => !folder.StartsWith(DebianPostgres, StringComparison.Ordinal));
    }

    public static string? Find(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(s_extraFolders)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    private static IEnumerable<string> PostgresFolders()
    {
        if (Find("postgres") is { } onPath)
        {
            var target = File.ResolveLinkTarget(onPath, returnFinalTarget: true)?.FullName ?? onPath;
            yield return Path.GetDirectoryName(target)!;
        }

        if (Directory.Exists(DebianPostgres))
        {
            var versions = Directory.GetDirectories(DebianPostgres)
                .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0);
            foreach (var version in versions)
            {
                yield return Path.Combine(version, "bin");
            }
        }
    }
}
