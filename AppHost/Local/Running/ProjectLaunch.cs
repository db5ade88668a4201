using System.Net;
using OnePlatform.AppHost.Local.Processes;
using OnePlatform.AppHost.Local.Servers;

namespace OnePlatform.AppHost.Local.Running;

internal sealed class ProjectLaunch(ProjectResource project, IReadOnlyDictionary<string, string?> settings) : ILaunch
{
    private static readonly HttpClient s_http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    public string Address => project.Endpoints.FirstOrDefault()?.Url ?? "";

    public bool MayFinish => project.Endpoints.Count == 0;

    public Task<ProcessCommand?> PrepareAsync(CancellationToken cancellationToken)
    {
        var variables = InjectedEnvironment.Of(project);
        foreach (var (name, value) in settings)
        {
            variables[name] = value;
        }

        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return Task.FromResult<ProcessCommand?>(
            new([dotnet, Repository.ProgramOf(project.ProjectPath)], Path.GetDirectoryName(project.ProjectPath)!) { Environment = variables });
    }

    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        if (project.HealthPath is not { } path || project.Endpoints is not [var endpoint, ..])
        {
            return;
        }

        using var answer = await s_http.GetAsync(new Uri(endpoint.Url + path), cancellationToken);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw new HttpRequestException($"GET {path} answered {(int)answer.StatusCode}.");
        }
    }
}
