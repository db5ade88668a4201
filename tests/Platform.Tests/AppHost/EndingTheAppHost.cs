using System.Diagnostics;
using OnePlatform.AppHost;
using OnePlatform.AppHost.Local.Processes;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests.AppHost;

public sealed class EndingTheAppHost : IDisposable
{
    private readonly string _folder = TemporaryFolder.Create();

    [Theory]
    [InlineData(9)]
    [InlineData(15)]
    public async Task Nothing_it_started_outlives_it(int signal)
    {
        using var appHost = Start();
        await Eventually.TrueAsync(() => Task.FromResult(HasStarted(ResourceNames.Identity)), otherwise: () => "No service has started.");
        var started = ProcessTree.WithDescendants(appHost.Id).Select(id => (Id: id, Start: ProcessTree.StartTime(id))).ToList();
        Assert.True(started.Count > 10, "servers, a service and their watchdogs");

        ProcessTree.Signal(appHost.Id, signal);

        await Eventually.TrueAsync(
            () => Task.FromResult(started.TrueForAll(process => ProcessTree.StartTime(process.Id) is var now && (now is null || now != process.Start))),
            otherwise: () => "Some of what it started is still running.");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private bool HasStarted(string resource) => File.Exists(Path.Combine(_folder, "running", $"{resource}.pid"));

    private Process Start() => Process.Start(new ProcessStartInfo(
        "dotnet",
        [Path.Combine(AppContext.BaseDirectory, "LocalAppHost.dll"), "--port", "0", "--data", _folder, "--no-demo"])
    {
        RedirectStandardOutput = false,
        RedirectStandardInput = true,
    })!;
}
