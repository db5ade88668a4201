using Microsoft.Extensions.Logging.Abstractions;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Messaging.Tests;

public sealed class DeletingAtIntervals
{
    [Fact]
    public async Task A_round_that_fails_is_left_to_the_next()
    {
        using var failing = new FailsAtFirst();
        await failing.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => Task.FromResult(failing.Rounds >= 3));
        await failing.StopAsync(CancellationToken.None);
    }

    private sealed class FailsAtFirst() : PeriodicDeletion(TimeSpan.FromMilliseconds(1), "Nothing", TimeProvider.System, NullLogger.Instance)
    {
        private int _rounds;

        public int Rounds => Volatile.Read(ref _rounds);

        public override Task ForgetAsync(CancellationToken cancellationToken) => Interlocked.Increment(ref _rounds) switch
        {
            1 => throw new InvalidOperationException("The first round fails."),
            // As a client's own time limit does.
            2 => throw new OperationCanceledException("Not that of the process."),
            _ => Task.CompletedTask,
        };
    }
}
