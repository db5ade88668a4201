using OnePlatform.AppHost.Local;

namespace Aspire.Hosting;

internal sealed class DistributedApplication(string[] args, IReadOnlyList<IResource> resources)
{
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => new DistributedApplicationBuilder(args);

    public void Run()
    {
        // A test that starts the platform wants the model AppHost.cs describes, and runs it itself.
        if (AppModel.TryHandOver(resources))
        {
            return;
        }

        Environment.ExitCode = AppHostCommand.RunAsync(args, resources).GetAwaiter().GetResult();
    }
}
