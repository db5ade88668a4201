using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace OnePlatform.ServiceDefaults;

/// <summary>How a service reaches its database; section <c>Database</c>.</summary>
public sealed class DatabaseOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Database";

    /// <summary>
    /// Connections in each of a process's two pools for requests; up to eight of another are for work that listens or holds a lock. Past
    /// about four per core they cost the tail more than they give.
    /// </summary>
    public int MaxPoolSize { get; set; } = 16;

    /// <summary>Bring the schema up to date at start. For development; elsewhere run the service once with <c>--migrate</c>.</summary>
    public bool? MigrateOnStart { get; set; }

    /// <summary>
    /// The connection string already names a role that is neither superuser nor owner. Otherwise the service works as
    /// <c>&lt;database&gt;_app</c>, a role that its migrations make.
    /// </summary>
    public bool RoleIsRestricted { get; set; }
}

/// <summary>Registers a service's PostgreSQL database.</summary>
public static class Database
{
    // Who listens or holds a lock is known by name, and more requests do not make more of them.
    private const int MostSessions = 8;

    /// <summary>
    /// Registers <typeparamref name="TDb"/>, an <see cref="NpgsqlDataSource"/> and <see cref="TenantSessions"/> on the connection
    /// <paramref name="name"/>, as a role that cannot bypass row-level security; health check named after the context.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no connection string of that name.</exception>
    public static WebApplicationBuilder AddTenantDatabase<TDb>(this WebApplicationBuilder builder, string name)
        where TDb : TenantDb
    {
        var stated = builder.Configuration.GetConnectionString(name)
            ?? throw new InvalidOperationException($"There is no connection string named '{name}'.");
        builder.Services.AddOptions<DatabaseOptions>().BindConfiguration(DatabaseOptions.Section);
        builder.Services.PostConfigure<DatabaseOptions>(o => o.MigrateOnStart ??= builder.Environment.IsDevelopment());
        builder.Services.AddScoped<TenantScope>();
        builder.Services.AddSingleton(services => PoolOf(services, stated, "commands").Build());
        builder.Services.AddSingleton(services => new ContextConnections(PoolOf(services, stated, "context")));
        builder.Services.AddSingleton(services => new TenantSessions(PoolOf(services, stated, "sessions", MostSessions).Build()));
        builder.Services.AddSingleton(services => new Migrator<TDb>(
            stated, services.GetRequiredService<IOptions<DatabaseOptions>>(),
            services.GetRequiredService<ILogger<Migrator<TDb>>>()));
        builder.Services.AddPooledDbContextFactory<TDb>((services, db) =>
        {
            var connections = services.GetRequiredService<ContextConnections>();
            Configure(db, connections.Pool, connections.Told);
        });
        builder.Services.AddScoped(services =>
        {
            var db = services.GetRequiredService<IDbContextFactory<TDb>>().CreateDbContext();
            // Whatever the context was used for before, from here on it is this unit of work's.
            db.Scope = services.GetRequiredService<TenantScope>();
            return db;
        });
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            typeof(TDb).Name, services => new DatabaseCheck(services.GetRequiredService<NpgsqlDataSource>()), null, ["ready"], TimeSpan.FromSeconds(3)));
        return builder;
    }

    internal static DbContextOptionsBuilder Configure(DbContextOptionsBuilder db, NpgsqlDataSource dataSource, ToldTenants told) => db
        .UseNpgsql(dataSource, npgsql => npgsql.ExecutionStrategy(dependencies => new CarefulRetry(dependencies)))
        .UseSnakeCaseNamingConvention()
        .AddInterceptors(new TellTenant(told), s_tellSharedTenant, s_tellCommitted);

    private static readonly TellSharedTenant s_tellSharedTenant = new();
    private static readonly TellCommitted s_tellCommitted = new();

    /// <param name="services">Where the options are.</param>
    /// <param name="stated">The connection string as the operator states it.</param>
    /// <param name="name">Tells the pools apart in the metrics.</param>
    /// <param name="sessions">How many, of connections that are reset when they are closed; null for a pool of requests.</param>
    private static NpgsqlDataSourceBuilder PoolOf(IServiceProvider services, string stated, string name, int? sessions = null)
    {
        var options = services.GetRequiredService<IOptions<DatabaseOptions>>().Value;
        return new NpgsqlDataSourceBuilder(Restricted(stated, options, sessions)) { Name = name }.UseLoggerFactory(services.GetService<ILoggerFactory>());
    }

    /// <summary>The stated connection, but as the database's restricted role.</summary>
    internal static string Restricted(string stated, DatabaseOptions options, int? sessions = null)
    {
        var connection = new NpgsqlConnectionStringBuilder(stated)
        {
            MaxPoolSize = sessions ?? options.MaxPoolSize,
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = sessions is null,
        };
        if (!options.RoleIsRestricted)
        {
            (connection.Username, connection.Password) = AppRole(connection);
        }

        return connection.ConnectionString;
    }

    /// <summary>The restricted role; its password follows from the owner's, so that nothing more must be kept or passed on.</summary>
    internal static (string Name, string Password) AppRole(NpgsqlConnectionStringBuilder owner)
    {
        var name = $"{owner.Database}_app";
        var password = HMACSHA256.HashData(Encoding.UTF8.GetBytes(owner.Password ?? ""), Encoding.UTF8.GetBytes(name));
        return (name, Convert.ToHexStringLower(password));
    }
}

internal sealed class DatabaseCheck(NpgsqlDataSource dataSource) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var command = dataSource.CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (NpgsqlException exception)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, exception.Message, exception);
        }
    }
}
