using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Messaging.Tests;

public sealed class WorkingAtIntervals
{
    [Fact]
    public async Task A_round_that_fails_is_left_to_the_next()
    {
        using var failing = new FailsAtFirst();
        await failing.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => Task.FromResult(failing.Rounds >= 3));
        await failing.StopAsync(CancellationToken.None);
        Assert.Equal(2, failing.Failures);
    }

    [Fact]
    public async Task The_first_round_is_at_the_start_where_that_is_wanted()
    {
        using var work = new FailsAtFirst(new FakeTimeProvider(), atOnce: true);
        await work.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => Task.FromResult(work.Rounds == 1));
        await work.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Else_it_is_an_interval_later()
    {
        var clock = new FakeTimeProvider();
        var start = clock.GetUtcNow();
        using var work = new FailsAtFirst(clock);
        await work.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            return Task.FromResult(work.Rounds > 0);
        });
        await work.StopAsync(CancellationToken.None);
        Assert.True(work.FirstAt > start);
    }

    private sealed class FailsAtFirst(TimeProvider? clock = null, bool atOnce = false)
        : PeriodicWork(TimeSpan.FromMilliseconds(1), "Nothing was done", clock ?? TimeProvider.System, NullLogger.Instance, atOnce)
    {
        private int _rounds;

        public int Failures { get; private set; }

        public DateTimeOffset? FirstAt { get; private set; }

        public int Rounds => Volatile.Read(ref _rounds);

        public override Task RoundAsync(CancellationToken cancellationToken)
        {
            FirstAt ??= Clock.GetUtcNow();
            return Interlocked.Increment(ref _rounds) switch
            {
                1 => throw new InvalidOperationException("The first round fails."),
                // As a client's own time limit does.
                2 => throw new OperationCanceledException("Not that of the process."),
                _ => Task.CompletedTask,
            };
        }

        protected override void CountFailure() => Failures++;
    }
}
