namespace Aspire.Hosting.ApplicationModel;

internal sealed class ProjectResource(string name, string projectPath)
    : IResourceWithEnvironment, IResourceWithServiceDiscovery, IResourceWithWaitSupport
{
    public string Name { get; } = name;

    public string ProjectPath { get; } = projectPath;

    public List<IResource> References { get; } = [];

    public List<IResource> Dependencies { get; } = [];

    public List<HttpEndpoint> Endpoints { get; } = [];

    public string? HealthPath { get; set; }
}
