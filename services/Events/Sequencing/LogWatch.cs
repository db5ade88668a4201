using System.Diagnostics.Metrics;
using Npgsql;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Sequencing;

/// <summary>Looks every few seconds at what waits: lines for their position, deliveries for their receivers.</summary>
internal sealed partial class LogWatch : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    private const string Waiting =
        """
        select (select count(*) from incoming),
               coalesce((select extract(epoch from $1 - min(recorded_at)) from incoming), 0)::float8,
               (select count(*) from webhook_deliveries where status = 'pending'),
               coalesce((select extract(epoch from $1 - min(created_at)) from webhook_deliveries where status = 'pending'), 0)::float8,
               (select count(*) from webhooks where status = 'disabled')
        """;

    private readonly NpgsqlDataSource _dataSource;
    private readonly TimeProvider _clock;
    private readonly ILogger<LogWatch> _logger;
    private LogState _state = new(0, 0, 0, 0, 0);

    public LogWatch(NpgsqlDataSource dataSource, LogGrowth growth, IMeterFactory meters, TimeProvider clock, ILogger<LogWatch> logger)
    {
        (_dataSource, _clock, _logger) = (dataSource, clock, logger);
        var meter = meters.Create("OnePlatform.Events");
        meter.CreateObservableGauge("events.waiting", () => _state.Lines, "{event}", "Recorded events without a position.");
        meter.CreateObservableGauge("events.lag", () => _state.LinesAge, "s", "Age of the oldest of them.");
        meter.CreateObservableGauge("events.followers", () => growth.Count, "{listener}", "Streams on this instance.");
        meter.CreateObservableGauge("webhooks.pending", () => _state.Deliveries, "{delivery}", "Deliveries on their way.");
        meter.CreateObservableGauge("webhooks.lag", () => _state.DeliveriesAge, "s", "Age of the oldest of them.");
        meter.CreateObservableGauge("webhooks.disabled", () => _state.Disabled, "{webhook}", "Webhooks that get nothing.");
    }

    internal async Task RefreshAsync(CancellationToken cancellationToken) => _state = await LookAsync(cancellationToken);

    private async Task<LogState> LookAsync(CancellationToken cancellationToken)
    {
        var scope = new TenantScope();
        scope.ActAsSystem();
        await using var batch = _dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Waiting) { Parameters = { new() { Value = _clock.GetUtcNow() } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new LogState(
            reader.GetInt64(0), Math.Max(0, reader.GetDouble(1)), reader.GetInt64(2), Math.Max(0, reader.GetDouble(3)), reader.GetInt64(4));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RefreshAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogBlind(exception);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(s_interval, _clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(LogLevel.Warning, "What waits cannot be looked at; its metrics are stale.")]
    private partial void LogBlind(Exception exception);
}

internal sealed record LogState(long Lines, double LinesAge, long Deliveries, double DeliveriesAge, long Disabled);
