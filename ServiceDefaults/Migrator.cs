using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace OnePlatform.ServiceDefaults;

/// <summary>Brings a database up to its service's schema, as the owner, one process at a time.</summary>
/// <param name="owner">Connection string of the owner of the schema.</param>
public sealed partial class Migrator<TDb>(string owner, IOptions<DatabaseOptions> options, ILogger<Migrator<TDb>> logger)
    where TDb : TenantDb
{
    // Any number will do, as long as every process uses the same.
    private const long LockId = 0x6f6e_6570_6c61_7466;

    /// <summary>Applies what is missing, and makes or renews the restricted role.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        // It takes as long as it takes: to wait for another step, to fill a table, to build an index.
        await using var dataSource = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(owner) { CommandTimeout = 0 });
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"select pg_advisory_lock({LockId})", cancellationToken);
        try
        {
            await ExecuteAsync(connection, RowSecurity.Functions, cancellationToken);
            await using var db = Create(dataSource);
            var pending = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
            if (pending.Count > 0)
            {
                await db.Database.MigrateAsync(cancellationToken);
                LogMigrated(typeof(TDb).Name, pending[^1], pending.Count);
            }

            if (!options.Value.RoleIsRestricted)
            {
                await ExecuteAsync(connection, GrantRole(), cancellationToken);
            }
        }
        finally
        {
            await ExecuteAsync(connection, $"select pg_advisory_unlock({LockId})", CancellationToken.None);
        }
    }

    /// <exception cref="InvalidOperationException">The schema is older or newer than this build.</exception>
    internal static async Task CheckAsync(TenantSessions sessions, CancellationToken cancellationToken)
    {
        await using var db = Create(sessions.Pool);
        var known = db.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
        var applied = await AppliedAsync(db, cancellationToken);
        if (applied.Find(m => !known.Contains(m)) is { } newer)
        {
            throw new InvalidOperationException($"The database is newer than this build: it has the migration '{newer}'. Deploy the newer build.");
        }

        if (applied.Count < known.Count)
        {
            throw new InvalidOperationException($"The database lacks {known.Count - applied.Count} migrations. Run this service once with --migrate.");
        }
    }

    private static async Task<List<string>> AppliedAsync(TDb db, CancellationToken cancellationToken)
    {
        try
        {
            return [.. await db.Database.GetAppliedMigrationsAsync(cancellationToken)];
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification)
        {
            // A fresh database: its restricted role is the migration's to make, and to give the password that belongs to the owner's.
            throw new InvalidOperationException("The database does not let this service's role in. Run this service once with --migrate.", exception);
        }
    }

    private static TDb Create(NpgsqlDataSource dataSource)
    {
        var options = new DbContextOptionsBuilder<TDb>();
        Database.Configure(options, dataSource, new ToldTenants());
        var db = (TDb)Activator.CreateInstance(typeof(TDb), options.Options)!;
        db.Scope.ActAsSystem();
        return db;
    }

    private string GrantRole()
    {
        var (name, password) = Database.AppRole(new NpgsqlConnectionStringBuilder(owner));
        // Roles belong to the whole server: another database's migration may be at the same one at this moment.
        return $"""
            do $$ begin
                if not exists (select from pg_roles where rolname = '{name}') then
                    create role "{name}" login nosuperuser nobypassrls nocreatedb nocreaterole password '{password}';
                end if;
            exception when duplicate_object or unique_violation then null;
            end $$;
            alter role "{name}" login password '{password}';
            grant usage on schema public to "{name}";
            grant select, insert, update, delete on all tables in schema public to "{name}";
            grant usage, select on all sequences in schema public to "{name}";
            grant execute on all functions in schema public to "{name}";
            """;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "{Database} is now at {Migration} ({Count} applied).")]
    private partial void LogMigrated(string database, string migration, int count);
}

/// <summary>Migrations as a step of their own.</summary>
public static class MigratorExtensions
{
    /// <summary>
    /// With <c>--migrate</c>: migrates and returns true, and the process should end. Otherwise migrates only where
    /// <see cref="DatabaseOptions.MigrateOnStart"/> says so, and refuses a schema this build does not fit.
    /// </summary>
    public static async Task<bool> MigrateAsync<TDb>(this WebApplication app, string[] args)
        where TDb : TenantDb
    {
        var migrator = app.Services.GetRequiredService<Migrator<TDb>>();
        var isStep = args.Contains("--migrate");
        if (isStep || app.Services.GetRequiredService<IOptions<DatabaseOptions>>().Value.MigrateOnStart == true)
        {
            await migrator.MigrateAsync(app.Lifetime.ApplicationStopping);
        }

        if (!isStep)
        {
            await Migrator<TDb>.CheckAsync(app.Services.GetRequiredService<TenantSessions>(), app.Lifetime.ApplicationStopping);
        }

        return isStep;
    }
}
