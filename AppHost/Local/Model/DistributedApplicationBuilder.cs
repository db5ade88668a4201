using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

internal interface IDistributedApplicationBuilder
{
    ConfigurationManager Configuration { get; }

    DistributedApplicationExecutionContext ExecutionContext { get; }

    IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource;

    DistributedApplication Build();
}

internal sealed class DistributedApplicationExecutionContext
{
    /// <summary>True: this engine runs the model, and publishes nothing.</summary>
    public bool IsRunMode { get; } = true;
}

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly string[] _args;
    private readonly List<IResource> _resources = [];

    public DistributedApplicationBuilder(string[] args)
    {
        _args = args;

        // Only for --publish-to: our own flags need no value, which this reader does not know of.
        var target = args.SkipWhile(arg => !arg.StartsWith("--publish-to", StringComparison.Ordinal)).Take(2);
        Configuration.AddCommandLine([.. target]);
    }

    public ConfigurationManager Configuration { get; } = new();

    public DistributedApplicationExecutionContext ExecutionContext { get; } = new();

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        if (_resources.Any(other => string.Equals(other.Name, resource.Name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new InvalidOperationException($"There are two resources named '{resource.Name}'.");
        }

        _resources.Add(resource);
        return new ResourceBuilder<T>(this, resource);
    }

    public DistributedApplication Build() => new(_args, _resources);
}
