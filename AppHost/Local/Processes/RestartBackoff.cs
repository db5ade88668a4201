namespace OnePlatform.AppHost.Local.Processes;

/// <summary>Waits longer after each crash, and forgets them once a run has lasted.</summary>
internal sealed class RestartBackoff
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_lasting = TimeSpan.FromSeconds(5);

    private TimeSpan _next = s_first;

    public TimeSpan Next(TimeSpan lasted)
    {
        var wait = lasted >= s_lasting ? s_first : _next;
        _next = wait * 2 < s_longest ? wait * 2 : s_longest;
        return wait;
    }
}
