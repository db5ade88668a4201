using System.Runtime.InteropServices;

namespace OnePlatform.AppHost.Local;

/// <summary>The AppHost as a program: starts the platform, says where it is, and stops it on Ctrl-C or SIGTERM.</summary>
internal static class AppHostCommand
{
    private static readonly TimeSpan s_demoPatience = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(string[] args, IReadOnlyList<IResource> model)
    {
        try
        {
            var flags = CommandLine.Parse(args);
            if (flags.Help)
            {
                Console.WriteLine(CommandLine.Usage);
                return 0;
            }

            Refuse(flags);
            using var stopping = new CancellationTokenSource();
            using var interrupted = OnSignal(PosixSignal.SIGINT, stopping);
            using var terminated = OnSignal(PosixSignal.SIGTERM, stopping);
            await RunAsync(flags, model, stopping);
            return 0;
        }
        catch (Exception exception) when (exception is PlatformException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }

    private static async Task RunAsync(CommandLine flags, IReadOnlyList<IResource> model, CancellationTokenSource stopping)
    {
        var options = new LocalPlatformOptions
        {
            DataFolder = flags.Data,
            GatewayPort = flags.Port,
            Reset = flags.Reset,
            Demo = flags.Demo,
            Output = TextWriter.Synchronized(Console.Out),
            Colored = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "",
        };
        try
        {
            await using var platform = await LocalPlatform.StartAsync(model, options, stopping.Token);
            options.Output.WriteLine($"State and logs are in {platform.DataFolder}. Ctrl-C stops everything.");
            var watching = StopWithParentAsync(stopping);
            try
            {
                await platform.WaitUntilReadyAsync(Timeout.InfiniteTimeSpan, stopping.Token);
                await AnnounceAsync(platform, flags.Demo, options.Output, stopping.Token);
                await Task.Delay(Timeout.Infinite, stopping.Token);
            }
            finally
            {
                options.Output.WriteLine("Stopping.");
                await stopping.CancelAsync();
                await watching;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            options.Output.WriteLine("Stopped.");
        }
    }

    private static async Task AnnounceAsync(LocalPlatform platform, bool demo, TextWriter output, CancellationToken cancellationToken)
    {
        output.WriteLine();
        output.WriteLine(platform.Table);
        output.WriteLine();
        var gateway = platform.BaseAddress;
        output.WriteLine($"ready  {gateway.GetLeftPart(UriPartial.Authority)}  docs {new Uri(gateway, "/docs")}");
        if (demo && await DemoLine.WaitAsync(platform.DemoFile, gateway, s_demoPatience, cancellationToken) is { } line)
        {
            output.WriteLine("A demo group is there; try:");
            output.WriteLine(line);
        }
    }

    private static void Refuse(CommandLine flags)
    {
        if (flags.PublishTo is { } target)
        {
            throw new PlatformException(
                $"Publishing ({target}) is the Aspire engine's: dotnet run --project AppHost -p:Orchestrator=aspire -- --publish-to {target}");
        }

        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformException("The local engine runs on Linux. Elsewhere, install Docker or Podman and Aspire takes over.");
        }
    }

    private static async Task StopWithParentAsync(CancellationTokenSource stopping)
    {
        try
        {
            await ParentWatch.UntilGoneAsync(stopping.Token);
            await stopping.CancelAsync();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped for another reason first.
        }
    }

    private static PosixSignalRegistration OnSignal(PosixSignal signal, CancellationTokenSource stopping)
        => PosixSignalRegistration.Create(signal, context =>
        {
            // The second one ends us at once; the watchdogs then stop what is left.
            context.Cancel = !stopping.IsCancellationRequested;
            stopping.Cancel();
        });
}
