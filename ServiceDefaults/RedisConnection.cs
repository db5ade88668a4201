using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace OnePlatform.ServiceDefaults;

/// <summary>Registers Redis under Aspire's connection and health-check names.</summary>
public static class RedisConnection
{
    /// <summary>
    /// A singleton <see cref="IConnectionMultiplexer"/> on the connection <paramref name="name"/>. It connects in the background and
    /// again after an outage; while Redis is away the process is degraded, not unready.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no connection string of that name.</exception>
    public static WebApplicationBuilder AddRedis(this WebApplicationBuilder builder, string name = "redis")
    {
        var stated = builder.Configuration.GetConnectionString(name)
            ?? throw new InvalidOperationException($"There is no connection string named '{name}'.");
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ =>
        {
            var options = ConfigurationOptions.Parse(stated);
            options.AbortOnConnectFail = false;
            options.ConnectTimeout = 2000;
            options.AsyncTimeout = 1000;
            // A command that cannot be sent now fails now; whoever sent it has an answer without Redis.
            options.BacklogPolicy = BacklogPolicy.FailFast;
            return ConnectionMultiplexer.Connect(options);
        });
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "StackExchange.Redis", services => new RedisCheck(services.GetRequiredService<IConnectionMultiplexer>()),
            HealthStatus.Degraded, ["ready"], TimeSpan.FromSeconds(3)));
        return builder;
    }
}

internal sealed class RedisCheck(IConnectionMultiplexer redis) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await redis.GetDatabase().PingAsync();
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, exception.Message, exception);
        }
    }
}
