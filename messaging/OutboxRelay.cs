using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OnePlatform.Messaging;

/// <summary>
/// Publishes what stands in the outbox: at least once, by any number of instances side by side, each row by one of them.
/// A broker that is away costs no attempt; a message that cannot be published is set aside and the rest goes on.
/// </summary>
internal sealed partial class OutboxRelay(
    OutboxTable outbox, IOutboxTransport transport, OutboxSignal signal, OutboxMetrics metrics,
    IOptions<OutboxOptions> options, TimeProvider clock, ILogger<OutboxRelay> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var begun = Stopwatch.GetTimestamp();
                var claimed = await PublishDueAsync(stoppingToken);
                failures = 0;
                if (claimed < options.Value.BatchSize)
                {
                    await GatherAsync(claimed, begun, stoppingToken);
                    await signal.WaitAsync(options.Value.PollInterval, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                var delay = Delay(++failures);
                LogInterrupted(exception, delay);
                await Task.Delay(delay, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <returns>How many rows were claimed.</returns>
    internal async Task<int> PublishDueAsync(CancellationToken cancellationToken)
    {
        await using var claim = await outbox.BeginClaimAsync(cancellationToken);
        // Whatever was committed before the claim looks is in it.
        signal.Forget();
        var messages = await claim.LockAsync(options.Value.BatchSize, clock.GetUtcNow(), cancellationToken);
        if (messages.Count == 0)
        {
            return 0;
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.Value.PublishTimeout);
        IReadOnlyList<PublishFailure> failed;
        try
        {
            failed = await transport.PublishAsync(messages, timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The broker did not confirm in time; the batch will be published again.");
        }

        var now = clock.GetUtcNow();
        foreach (var failure in failed)
        {
            var attempts = failure.Message.Attempts + 1;
            var final = attempts >= options.Value.MaxAttempts;
            await claim.SetAsideAsync(failure.Message, attempts, final ? null : now + Delay(attempts), failure.Error, now, cancellationToken);
            LogRefused(failure.Message.EventId, failure.Message.Type, attempts, final, failure.Error);
        }

        long[] published = [.. messages.Except(failed.Select(f => f.Message)).Select(m => m.Sequence)];
        await claim.RemoveAndCommitAsync(published, cancellationToken);
        metrics.Published(published.Length);
        return messages.Count;
    }

    // One that comes alone goes at once, and those that follow on its heels go together.
    private Task GatherAsync(int claimed, long begun, CancellationToken cancellationToken)
        => claimed > 0 && options.Value.GatherTime - Stopwatch.GetElapsedTime(begun) is { Ticks: > 0 } rest ? Task.Delay(rest, cancellationToken) : Task.CompletedTask;

    private TimeSpan Delay(int failures)
        => TimeSpan.FromTicks((long)Math.Min(
            options.Value.MaxBackoff.Ticks, options.Value.Backoff.Ticks * Math.Pow(2, Math.Min(failures, 20) - 1)));

    [LoggerMessage(LogLevel.Warning, "The outbox could not be relayed; next try in {Delay}.")]
    private partial void LogInterrupted(Exception exception, TimeSpan delay);

    [LoggerMessage(LogLevel.Error, "Event {EventId} ({Type}) could not be published, attempt {Attempts}, final: {Final}. {Error}")]
    private partial void LogRefused(Guid eventId, string type, int attempts, bool final, string error);
}
