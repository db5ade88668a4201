using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using OnePlatform.Events.Reading;
using OnePlatform.Events.Sequencing;
using OnePlatform.Events.Webhooks;
using OnePlatform.Messaging;

namespace OnePlatform.Events.Delivery;

/// <summary>
/// Hands what is recorded to the webhooks that asked for it and sends what is due. Every instance does; the table says who has
/// which delivery. A slow receiver fills its own places only, so it holds up no other.
/// </summary>
internal sealed partial class WebhookDispatcher(
    DeliveryQueue queue, WebhookSender sender, LogGrowth growth, DeliveryMetrics metrics, IOptions<WebhookOptions> options, TimeProvider clock,
    ILogger<WebhookDispatcher> logger) : BackgroundService
{
    private static readonly TimeSpan s_pauseAfterFault = TimeSpan.FromSeconds(1);

    private int _sending;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var follower = growth.Follow(LogGrowth.AnyGroup);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Growth is told group by group, and each delivery that ends frees a place; one look is for all of it.
                follower.Forget();
                if (!await DispatchAsync(follower, stoppingToken))
                {
                    await follower.WaitAsync(options.Value.PollInterval, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogInterrupted(exception);
                await Task.Delay(s_pauseAfterFault, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <returns>Whether there may be more at once.</returns>
    private async Task<bool> DispatchAsync(WakeUp dispatcher, CancellationToken stoppingToken)
    {
        if (!await queue.HasReceiversAsync(stoppingToken))
        {
            return false;
        }

        var moved = await queue.FanOutAsync(stoppingToken);
        var free = options.Value.PerInstance - Volatile.Read(ref _sending);
        var claimed = free > 0 ? await queue.ClaimAsync(free, stoppingToken) : [];
        foreach (var delivery in claimed)
        {
            Interlocked.Increment(ref _sending);
            _ = DeliverAsync(delivery, dispatcher, stoppingToken);
        }

        return moved > 0 || claimed.Count > 0;
    }

    private async Task DeliverAsync(ClaimedDelivery delivery, WakeUp dispatcher, CancellationToken stoppingToken)
    {
        try
        {
            if (delivery.Event is not { } content)
            {
                await queue.GiveUpAsync(delivery, Refused("Retention has removed the event.").Attempt, stoppingToken);
                return;
            }

            var outcome = await AttemptAsync(delivery, content, stoppingToken);
            metrics.Attempted(outcome.Attempt);
            if (outcome.Attempt.Delivered)
            {
                await queue.SucceededAsync(delivery, outcome.Attempt, stoppingToken);
            }
            else
            {
                await FailAsync(delivery, outcome, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Another instance takes it over when the claim has run out.
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            LogLost(exception, delivery.WebhookId, delivery.EventId);
        }
        finally
        {
            Interlocked.Decrement(ref _sending);
            dispatcher.Wake();
        }
    }

    private async Task<AttemptOutcome> AttemptAsync(ClaimedDelivery delivery, EventResponse content, CancellationToken stoppingToken)
    {
        try
        {
            return await sender.SendAsync(
                delivery.WebhookId, delivery.EventId, delivery.Url, delivery.Secret, delivery.PreviousSecret, content, stoppingToken);
        }
        catch (CryptographicException)
        {
            return Refused("The secret cannot be opened: Webhooks:EncryptionSecret is another one than when it was made.");
        }
    }

    private async Task FailAsync(ClaimedDelivery delivery, AttemptOutcome outcome, CancellationToken stoppingToken)
    {
        var (now, schedule, attempts) = (clock.GetUtcNow(), options.Value.EffectiveSchedule, delivery.Attempts + 1);
        DateTimeOffset? dueAt = attempts < schedule.Count ? now + Later(schedule[attempts]) : null;
        var disabled = outcome.IsGone ? "gone" : now - (delivery.FailingSince ?? now) >= options.Value.DisableAfter ? "failing" : null;
        await queue.FailedAsync(delivery, outcome.Attempt, dueAt, now + outcome.RetryAfter, disabled, stoppingToken);
        if (disabled is not null)
        {
            LogDisabled(delivery.WebhookId, disabled);
        }
    }

    /// <summary>The schedule's delay and up to a fifth more, so that not all that failed together comes back together.</summary>
    private static TimeSpan Later(TimeSpan scheduled) => scheduled * (1 + (RandomNumberGenerator.GetInt32(201) / 1000.0));

    private AttemptOutcome Refused(string error) => new(new AttemptResponse(false, clock.GetUtcNow(), null, error, 0, null), null, IsGone: false);

    [LoggerMessage(LogLevel.Warning, "Webhooks could not be served; they are again when this is over.")]
    private partial void LogInterrupted(Exception exception);

    [LoggerMessage(LogLevel.Warning, "What became of event {EventId} at webhook {WebhookId} could not be stored; it will be sent again.")]
    private partial void LogLost(Exception exception, Guid webhookId, Guid eventId);

    [LoggerMessage(LogLevel.Information, "Webhook {WebhookId} was disabled: {Reason}.")]
    private partial void LogDisabled(Guid webhookId, string reason);
}
