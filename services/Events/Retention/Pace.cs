namespace OnePlatform.Events.Retention;

/// <summary>Keeps a long work to a share of the time, by a pause after each step that is as long as the step was heavy.</summary>
internal sealed class Pace(double share, TimeProvider clock)
{
    // A machine that stood still for a while must not make the next pause endless.
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    private long _since = clock.GetTimestamp();

    public async Task RestAsync(CancellationToken cancellationToken)
    {
        var pause = clock.GetElapsedTime(_since) * ((1 / share) - 1);
        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause < s_longest ? pause : s_longest, clock, cancellationToken);
        }

        _since = clock.GetTimestamp();
    }
}
