using OnePlatform.AppHost.Local.Processes;

namespace OnePlatform.Platform.Tests.AppHost;

public sealed class RestartingWhatCrashes
{
    [Fact]
    public void Each_crash_at_once_doubles_the_wait_up_to_half_a_minute()
    {
        var backoff = new RestartBackoff();

        var waits = Enumerable.Range(0, 8).Select(_ => backoff.Next(lasted: TimeSpan.Zero).TotalSeconds);

        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30], waits);
    }

    [Fact]
    public void A_run_that_lasted_is_restarted_quickly_again()
    {
        var backoff = new RestartBackoff();
        backoff.Next(TimeSpan.Zero);
        backoff.Next(TimeSpan.Zero);

        Assert.Equal(TimeSpan.FromSeconds(0.5), backoff.Next(lasted: TimeSpan.FromMinutes(1)));
    }
}
