using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Tenancy;

/// <summary>How often what lies in the service is measured; section <c>Usage</c>.</summary>
public sealed class MeasureOptions
{
    public const string Section = "Usage";

    /// <summary>From one measurement to the next. Where measuring takes long it is done more seldom, so that it takes at most a hundredth of the time.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MeasureInterval { get; set; } = TimeSpan.FromMinutes(5);
}

/// <param name="Source">The name of the service.</param>
/// <param name="Sql">Rows of group, metric and amount: every group, also those with nothing.</param>
public sealed record StorageMeter(string Source, string Sql);

/// <summary>Tells, for each group, how much lies in the service, whenever that or the day is another. Every instance does; the answer is the same.</summary>
public sealed partial class MeasureStorage(
    NpgsqlDataSource dataSource, StorageMeter meter, UsageTeller teller, IOptions<MeasureOptions> options, TimeProvider clock, ILogger<MeasureStorage> logger)
    : BackgroundService
{
    private const int Seldom = 100;

    /// <summary>Measures once.</summary>
    /// <returns>How many figures were told.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        return await teller.TellAsync(meter.Source, await MeasureAsync(today, cancellationToken), cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception ex) when (!stoppingToken.IsCancellationRequested)
            {
                LogLater(ex);
            }

            var took = Stopwatch.GetElapsedTime(started) * Seldom;
            await Task.Delay(took > options.Value.MeasureInterval ? took : options.Value.MeasureInterval, clock, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<List<UsageLine>> MeasureAsync(DateOnly today, CancellationToken cancellationToken)
    {
        var scope = new TenantScope();
        scope.ActAsSystem();
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(meter.Sql));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var lines = new List<UsageLine>();
        while (await reader.ReadAsync(cancellationToken))
        {
            lines.Add(new UsageLine(reader.GetGuid(0), reader.GetString(1), today, null, reader.GetInt64(2)));
        }

        return lines;
    }

    [LoggerMessage(LogLevel.Warning, "What lies in the service could not be measured; the next time will tell.")]
    private partial void LogLater(Exception exception);
}

public static class MeasureExtensions
{
    /// <summary>Registers <see cref="MeasureStorage"/>.</summary>
    public static IServiceCollection AddStorageMeter(this IServiceCollection services, StorageMeter meter)
    {
        services.AddOptions<MeasureOptions>().BindConfiguration(MeasureOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton(meter).AddSingleton<UsageTeller>().AddSingleton<MeasureStorage>().AddHostedService(provider => provider.GetRequiredService<MeasureStorage>());
    }
}
