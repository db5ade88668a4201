using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Messaging.Tests;

public sealed class WakingUp
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    private readonly WakeUp _wakeUp = new();

    [Fact]
    public async Task Calls_that_come_while_it_is_busy_become_one()
    {
        _wakeUp.Wake();
        _wakeUp.Wake();

        Assert.True(await _wakeUp.WaitAsync(s_long, CancellationToken.None).WaitAsync(Eventually.Deadline));
        Assert.False(await _wakeUp.WaitAsync(TimeSpan.FromMilliseconds(1), CancellationToken.None).WaitAsync(Eventually.Deadline));
    }

    [Fact]
    public async Task A_call_that_a_look_has_answered_causes_no_other_and_the_next_one_does()
    {
        _wakeUp.Wake();
        _wakeUp.Forget();

        var wait = _wakeUp.WaitAsync(s_long, CancellationToken.None);
        Assert.False(wait.IsCompleted);
        _wakeUp.Wake();
        Assert.True(await wait.WaitAsync(Eventually.Deadline));
    }

    [Fact]
    public async Task One_who_stops_waiting_is_told_so()
    {
        using var stopping = new CancellationTokenSource();
        var wait = _wakeUp.WaitAsync(s_long, stopping.Token);
        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.WaitAsync(Eventually.Deadline));
    }
}
