using Npgsql;
using OnePlatform.AppHost.Local;

namespace OnePlatform.Testing;

/// <summary>The servers of a test process, by the local engine: each started on first use, and ended with the process by its watchdog.</summary>
public static class TestServers
{
    private static readonly Lazy<Task<LocalServers>> s_postgres = new(() => LocalServers.StartAsync(redis: false, rabbitmq: false));
    private static readonly Lazy<Task<LocalServers>> s_redis = new(() => LocalServers.StartAsync(postgres: false, rabbitmq: false));
    private static readonly Lazy<Task<LocalServers>> s_rabbitmq = new(() => LocalServers.StartAsync(postgres: false, redis: false));

    /// <summary>PostgreSQL's superuser, in the database <c>postgres</c>.</summary>
    public static async Task<string> PostgresAsync() => new NpgsqlConnectionStringBuilder((await s_postgres.Value).Postgres)
    {
        Database = "postgres",
        IncludeErrorDetail = true,
    }.ConnectionString;

    public static async Task<string> RedisAsync() => (await s_redis.Value).Redis;

    public static async Task<string> RabbitMQAsync() => (await s_rabbitmq.Value).RabbitMQ;
}
