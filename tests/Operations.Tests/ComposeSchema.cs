using Map = System.Collections.Generic.Dictionary<object, object>;

namespace OnePlatform.Operations.Tests;

/// <summary>
/// The members of the Compose specification at each place of the file, as far as a file of ours may use them: Compose itself refuses
/// what it does not know, and only when somebody deploys.
/// </summary>
internal static class ComposeSchema
{
    private static readonly string[] s_conditions = ["service_started", "service_healthy", "service_completed_successfully"];

    private static readonly string[] s_service =
    [
        "build", "cap_add", "cap_drop", "command", "container_name", "depends_on", "deploy", "dns", "entrypoint", "env_file", "environment", "expose", "extra_hosts",
        "healthcheck", "hostname", "image", "init", "labels", "logging", "mem_limit", "networks", "pids_limit", "platform", "ports", "profiles", "pull_policy",
        "read_only", "restart", "secrets", "security_opt", "shm_size", "stop_grace_period", "stop_signal", "sysctls", "tmpfs", "ulimits", "user", "volumes", "working_dir",
    ];

    /// <summary>Paths of what Compose would refuse.</summary>
    public static IEnumerable<string> FaultsOf(Map file) =>
    [
        .. Unknown("", file, ["name", "services", "networks", "volumes", "secrets", "configs"]),
        .. Each(file, "services").SelectMany(s => OfService($"services.{s.Name}", s.Value)),
        .. Each(file, "networks").SelectMany(n => Unknown($"networks.{n.Name}", n.Value, ["driver", "driver_opts", "external", "internal", "ipam", "labels", "name"])),
        .. Each(file, "volumes").SelectMany(v => Unknown($"volumes.{v.Name}", v.Value, ["driver", "driver_opts", "external", "labels", "name"])),
        .. Each(file, "secrets").SelectMany(s => Unknown($"secrets.{s.Name}", s.Value, ["environment", "external", "file", "name"])),
    ];

    private static IEnumerable<string> OfService(string path, Map service) =>
    [
        .. Unknown(path, service, s_service),
        .. service.ContainsKey("image") || service.ContainsKey("build") ? Array.Empty<string>() : [$"{path}.image"],
        .. Unknown($"{path}.build", Of(service, "build"), ["args", "cache_from", "context", "dockerfile", "labels", "platforms", "secrets", "target"]),
        .. Unknown($"{path}.healthcheck", Of(service, "healthcheck"), ["disable", "interval", "retries", "start_interval", "start_period", "test", "timeout"]),
        .. Each(service, "depends_on").SelectMany(d => Unknown($"{path}.depends_on.{d.Name}", d.Value, ["condition", "required", "restart"])),
        .. Each(service, "depends_on").Where(d => !s_conditions.Contains(d.Value.GetValueOrDefault("condition"))).Select(d => $"{path}.depends_on.{d.Name}.condition"),
    ];

    private static IEnumerable<string> Unknown(string path, Map map, string[] known)
        => map.Keys.Cast<string>().Where(name => !known.Contains(name) && !name.StartsWith("x-", StringComparison.Ordinal)).Select(name => $"{path}.{name}".TrimStart('.'));

    private static IEnumerable<(string Name, Map Value)> Each(Map map, string name)
        => Of(map, name).Select(e => ((string)e.Key, e.Value as Map ?? []));

    private static Map Of(Map map, string name) => map.GetValueOrDefault(name) as Map ?? [];
}
