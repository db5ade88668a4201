using OnePlatform.AppHost.Local.Output;
using OnePlatform.AppHost.Local.Processes;
using OnePlatform.AppHost.Local.Servers;

namespace OnePlatform.AppHost.Local.Running;

/// <summary>Turns the model into runners: gives out ports and passwords, and says who waits for whom.</summary>
internal sealed class RunPlan(DataFolder data, Ports ports, LocalPlatformOptions options)
{
    public IReadOnlyList<ResourceRunner> Runners(IReadOnlyList<IResource> model)
    {
        Allocate(model);
        var wanted = Wanted(model);
        var console = new PlatformConsole(options.Output, options.Colored, wanted.Max(resource => resource.Name.Length));
        var leftovers = new Leftovers(data.Running);
        var runners = new Dictionary<IResource, ResourceRunner>();

        // The model names a resource before whatever waits for it, so the runners it waits for are there.
        foreach (var resource in wanted)
        {
            var name = resource.Name;
            Action<string> say = line => console.Say(name, line);
            var log = new ResourceLog(Path.Combine(data.Logs, $"{name}.log"), resource is ProjectResource ? say : null);
            var dependencies = Dependencies(resource).Select(dependency => runners[dependency]).ToList();
            runners[resource] = new ResourceRunner(name, LaunchOf(resource, model, log), dependencies, log, leftovers, say);
        }

        return [.. runners.Values];
    }

    private static List<IResource> Dependencies(IResource resource) => resource switch
    {
        PostgresDatabaseResource database => [database.Parent],
        IResourceWithWaitSupport waiting => waiting.Dependencies,
        _ => [],
    };

    private void Allocate(IReadOnlyList<IResource> model)
    {
        var secrets = new Secrets(data.SecretsFile);
        foreach (var server in model.OfType<ServerResource>())
        {
            server.Port = ports.Free();
            server.Password = secrets.PasswordOf(server.Name);
        }

        foreach (var endpoint in model.OfType<ProjectResource>().SelectMany(project => project.Endpoints))
        {
            var wanted = endpoint.FixedPort is { } named ? options.GatewayPort ?? named : 0;
            if (wanted != 0 && !Ports.IsFree(wanted))
            {
                throw new PlatformException($"Port {wanted} is taken by another program. Give the gateway another one: --port <number>.");
            }

            endpoint.Port = wanted == 0 ? ports.Free() : wanted;
        }
    }

    private List<IResource> Wanted(IReadOnlyList<IResource> model)
    {
        if (options.Resources is not { } names)
        {
            return [.. model];
        }

        var wanted = new HashSet<IResource>();
        var open = new Stack<IResource>(names.Select(name => model.Single(resource => resource.Name == name)));
        while (open.TryPop(out var resource))
        {
            if (wanted.Add(resource))
            {
                Dependencies(resource).ForEach(open.Push);
            }
        }

        return [.. model.Where(wanted.Contains)];
    }

    private ILaunch LaunchOf(IResource resource, IReadOnlyList<IResource> model, ResourceLog log) => resource switch
    {
        PostgresServerResource postgres => new PostgresLaunch(postgres, FolderOf(postgres), options.Throwaway, log.Add),
        PostgresDatabaseResource database => new DatabaseLaunch(database),
        RedisResource redis => new RedisLaunch(redis, FolderOf(redis), options.Throwaway),
        RabbitMQServerResource rabbitmq => new RabbitMQLaunch(rabbitmq, FolderOf(rabbitmq), ports.Free(), ports.Free()),
        QdrantServerResource => new BuiltInIndexLaunch(),
        ProjectResource project => new ProjectLaunch(project, ServiceSettings.For(options, data, PublicUrl(model))),
        _ => throw new InvalidOperationException($"The local engine cannot start {resource.GetType().Name}."),
    };

    private string FolderOf(ServerResource server) => Path.Combine(data.Servers, server.Name);

    private static string? PublicUrl(IReadOnlyList<IResource> model) => model.OfType<ProjectResource>()
        .SelectMany(project => project.Endpoints).FirstOrDefault(endpoint => endpoint.IsExternal)?.Url;
}
