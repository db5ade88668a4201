using System.Collections.Concurrent;
using System.Diagnostics;
using OnePlatform.AppHost;
using OnePlatform.AppHost.Local;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests;

/// <summary>Every process of a running platform once more, on the same databases, broker and Redis; wired to each other, not to the first.</summary>
internal sealed class SecondInstances : IAsyncDisposable
{
    private static readonly (string Name, string Project)[] s_processes =
    [
        (ResourceNames.Identity, "services/Identity/OnePlatform.Identity"), (ResourceNames.Ontology, "services/Ontology/OnePlatform.Ontology"),
        (ResourceNames.Events, "services/Events/OnePlatform.Events"), (ResourceNames.Knowledge, "services/Knowledge/OnePlatform.Knowledge"),
        (ResourceNames.Gateway, "gateway/OnePlatform.Gateway"),
    ];

    private readonly Dictionary<string, Uri> _addresses = s_processes.ToDictionary(p => p.Name, _ => new Uri($"http://127.0.0.1:{FreePort.Find()}"));
    private readonly List<Process> _running = [];
    private readonly ConcurrentQueue<string> _lines = new();

    public Uri Gateway => _addresses[ResourceNames.Gateway];

    /// <param name="environment">More variables for each of them.</param>
    public static async Task<SecondInstances> StartAsync(LocalPlatform platform, IReadOnlyDictionary<string, string>? environment = null)
    {
        var second = new SecondInstances();
        foreach (var (_, project) in s_processes)
        {
            second.Start(platform, project, environment ?? new Dictionary<string, string>());
        }

        using var client = new HttpClient();
        foreach (var address in second._addresses.Values)
        {
            await Eventually.SucceedsAsync(async () => (await client.GetAsync(new Uri(address, "/health/ready"))).EnsureSuccessStatusCode());
        }

        return second;
    }

    /// <summary>kill -9, all at once.</summary>
    public void Kill() => _running.ForEach(process => process.Kill(entireProcessTree: true));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _running)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private void Start(LocalPlatform platform, string project, IReadOnlyDictionary<string, string> environment)
    {
        var (folder, name) = (Path.Combine(Repository.Root, Path.GetDirectoryName(project)!), Path.GetFileName(project));
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var start = new ProcessStartInfo("dotnet", Path.Combine(folder, "bin", configuration, "net10.0", $"{name}.dll"))
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var variables = start.Environment;
        variables["ASPNETCORE_ENVIRONMENT"] = "Development";
        variables["ASPNETCORE_URLS"] = _addresses[s_processes.Single(p => p.Project == project).Name].ToString();
        variables["Platform__PublicUrl"] = platform.BaseAddress.ToString();
        variables["Mail__Folder"] = Path.Combine(platform.DataFolder, "mail");
        foreach (var store in new[] { ResourceNames.IdentityDb, ResourceNames.OntologyDb, ResourceNames.EventsDb, ResourceNames.KnowledgeDb, ResourceNames.Redis, ResourceNames.RabbitMQ })
        {
            variables[$"ConnectionStrings__{store}"] = platform.ConnectionString(store);
        }

        foreach (var (service, address) in _addresses)
        {
            variables[$"services__{service}__http__0"] = address.ToString();
        }

        foreach (var (variable, value) in environment)
        {
            variables[variable] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _running.Add(process);
    }
}
