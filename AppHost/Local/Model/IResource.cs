// The names and signatures here are Aspire.Hosting's, so that AppHost.cs compiles against either engine.
namespace Aspire.Hosting.ApplicationModel;

internal interface IResource
{
    string Name { get; }
}

internal interface IResourceWithConnectionString : IResource
{
    string ConnectionString { get; }

    /// <summary>What is injected beside the connection string, by the part of the name after <c>NAME_</c>.</summary>
    IReadOnlyDictionary<string, string> ConnectionProperties { get; }
}

internal interface IResourceWithEnvironment : IResource
{
    List<IResource> References { get; }
}

internal interface IResourceWithWaitSupport : IResource
{
    List<IResource> Dependencies { get; }
}

internal interface IResourceWithEndpoints : IResource
{
    List<HttpEndpoint> Endpoints { get; }

    string? HealthPath { get; set; }
}

internal interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

internal sealed class HttpEndpoint(string name, int? fixedPort)
{
    public string Name { get; } = name;

    /// <summary>The port asked for in the model; none means any free one.</summary>
    public int? FixedPort { get; } = fixedPort;

    public int Port { get; set; }

    public bool IsExternal { get; set; }

    public string Url => $"http://localhost:{Port}";
}
