namespace OnePlatform.AppHost.Local.Processes;

/// <summary>A program to keep running. A variable whose value is null is taken out of the inherited environment.</summary>
internal sealed record ProcessCommand(IReadOnlyList<string> Words, string WorkingDirectory)
{
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public StopSignal StopSignal { get; init; } = StopSignal.Terminate;
}

/// <summary>How a program is asked to stop: SIGTERM, or SIGINT where that is the faster clean stop (PostgreSQL).</summary>
internal enum StopSignal
{
    Interrupt = 2,
    Terminate = 15,
}
