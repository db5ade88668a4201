using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace OnePlatform.Messaging;

/// <summary>
/// Asks the broker how many messages wait in this service's queues and in the error queues beside them. By the broker's own protocol,
/// so that the figure is there without its management plugin.
/// </summary>
internal sealed partial class QueueWatch : BackgroundService, IReceiveObserver
{
    private const string ErrorSuffix = "_error";

    private readonly ConcurrentDictionary<string, long> _depths = new();
    private readonly ConcurrentDictionary<string, bool> _queues = new();
    private readonly ConnectionFactory _broker;
    private readonly MessagingOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<QueueWatch> _logger;

    public QueueWatch(
        IConfiguration configuration, IOptions<MessagingOptions> options, IMeterFactory meters, TimeProvider clock, ILogger<QueueWatch> logger)
    {
        (_options, _clock, _logger) = (options.Value, clock, logger);
        _broker = new ConnectionFactory
        {
            Uri = new Uri(configuration.GetConnectionString("rabbitmq")!),
            AutomaticRecoveryEnabled = false,
            ClientProvidedName = "queue watch",
        };
        meters.Create(OutboxMetrics.Name).CreateObservableGauge(
            "messaging.queue.depth", Depths, "{message}", "Messages that wait in a queue of the broker; those in a queue that ends in `_error` failed for good.");
    }

    /// <summary>A queue to look at from now on, with its error queue.</summary>
    public void Add(string queue) => _queues[queue] = _queues[queue + ErrorSuffix] = true;

    public Task PostReceive(ReceiveContext context)
    {
        if (context.IsFaulted)
        {
            // It has moved to the error queue, which is there from now on.
            _queues.TryUpdate(context.InputAddress.AbsolutePath.Split('/')[^1] + ErrorSuffix, true, false);
        }

        return Task.CompletedTask;
    }

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task ReceiveFault(ReceiveContext context, Exception exception) => PostReceive(context);

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;

    private IEnumerable<Measurement<long>> Depths()
        => _depths.Select(depth => new Measurement<long>(depth.Value, new KeyValuePair<string, object?>("queue", depth.Key)));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isTold = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await _broker.CreateConnectionAsync(stoppingToken);
                isTold = false;
                while (connection.IsOpen)
                {
                    await LookAsync(connection, stoppingToken);
                    await Task.Delay(_options.WatchInterval, _clock, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (!isTold)
                {
                    LogBlind(exception);
                }

                isTold = true;
            }

            // No figure at all is better than one from before.
            _depths.Clear();
            await Task.Delay(_options.WatchInterval, _clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync(IConnection connection, CancellationToken cancellationToken)
    {
        foreach (var queue in _queues.Where(q => q.Value).Select(q => q.Key))
        {
            // A question for a queue that is not there costs the channel, so each has its own.
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            try
            {
                _depths[queue] = (await channel.QueueDeclarePassiveAsync(queue, cancellationToken)).MessageCount;
            }
            catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == Constants.NotFound)
            {
                // Not asked for again, for the broker logs each such question; an error queue is made by the first failure.
                _depths[queue] = 0;
                _queues[queue] = !queue.EndsWith(ErrorSuffix, StringComparison.Ordinal);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The broker's queues cannot be looked at.")]
    private partial void LogBlind(Exception exception);
}
