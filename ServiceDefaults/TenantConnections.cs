using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace OnePlatform.ServiceDefaults;

/// <summary>A DbContext whose connections carry the tenant of its unit of work. Contexts are used again by one unit of work after the other.</summary>
public abstract class TenantDb(DbContextOptions options) : DbContext(options)
{
    /// <summary>
    /// The tenant; change it before the first query, or between queries outside of a transaction. A context that was given none sees nothing.
    /// </summary>
    public TenantScope Scope { get; internal set; } = new();
}

/// <summary>
/// Tells PostgreSQL the tenant; the policies of <see cref="RowSecurity"/> read it. What is told here ends with its transaction, so that
/// no pooled connection carries a tenant to whoever uses it next. Who needs it longer opens one of <see cref="TenantSessions"/>.
/// </summary>
public static class TenantConnections
{
    private const string SetScope = "select set_config('app.groups', $1, $3), set_config('app.system', $2, $3)";

    /// <summary>
    /// A batch that begins by telling the tenant, for stores that write their own SQL: one round trip, and the setting ends with
    /// the batch's implicit transaction. Skip the first result set when reading.
    /// </summary>
    public static NpgsqlBatch CreateTenantBatch(this NpgsqlDataSource dataSource, TenantScope scope)
    {
        var batch = scope.Shared is { } shared ? new NpgsqlBatch(shared) : dataSource.CreateBatch();
        batch.BatchCommands.Add(SetScopeCommand(scope));
        return batch;
    }

    /// <summary>Runs a batch that writes. Unless the unit of work shares a transaction, its own ends with it.</summary>
    public static async Task CommitAsync(this NpgsqlBatch batch, TenantScope scope, CancellationToken cancellationToken)
    {
        await batch.ExecuteNonQueryAsync(cancellationToken);
        if (scope.Shared is null)
        {
            scope.Committed();
        }
    }

    /// <summary>A transaction of the unit of work: its own, or a part of the shared one that can be undone alone.</summary>
    public static async Task<TenantTransaction> BeginTenantTransactionAsync(
        this NpgsqlDataSource dataSource, TenantScope scope, CancellationToken cancellationToken)
    {
        if (scope.Shared is { } shared)
        {
            await SetAsync(shared, scope, local: true, cancellationToken);
            return await TenantTransaction.WithinAsync(shared, scope, cancellationToken);
        }

        var transaction = await TenantTransaction.OnAsync(await dataSource.OpenConnectionAsync(cancellationToken), scope);
        try
        {
            await SetAsync(transaction.Connection, scope, local: true, cancellationToken);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    /// <param name="connection">Open; in a transaction, if it is told for that alone.</param>
    /// <param name="scope">The tenant.</param>
    /// <param name="local">Until the end of the transaction; else until the connection is reset.</param>
    /// <param name="cancellationToken">Ends the statement.</param>
    internal static async Task SetAsync(DbConnection connection, TenantScope scope, bool local, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SetScope, (NpgsqlConnection)connection);
        AddParameters(command.Parameters, scope, local);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand SetScopeCommand(TenantScope scope)
    {
        var command = new NpgsqlBatchCommand(SetScope);
        AddParameters(command.Parameters, scope, local: true);
        return command;
    }

    private static void AddParameters(NpgsqlParameterCollection parameters, TenantScope scope, bool local)
    {
        parameters.Add(new NpgsqlParameter<string> { TypedValue = scope.GroupsLiteral });
        parameters.Add(new NpgsqlParameter<string> { TypedValue = scope.IsSystem ? "on" : "off" });
        parameters.Add(new NpgsqlParameter<bool> { TypedValue = local });
    }
}

internal sealed class TellTenant(ToldTenants told) : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        => throw new NotSupportedException("Queries are asynchronous here; a synchronous one would run without a tenant.");

    public override Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        => eventData.Context is TenantDb db ? told.TellAsync((NpgsqlConnection)connection, db.Scope, cancellationToken) : Task.CompletedTask;
}

/// <summary>In a shared transaction the tenant may change between two commands, and no connection is opened that would tell.</summary>
internal sealed class TellSharedTenant : DbCommandInterceptor
{
    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        await TellAsync(eventData, cancellationToken);
        return result;
    }

    public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await TellAsync(eventData, cancellationToken);
        return result;
    }

    public override async ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        await TellAsync(eventData, cancellationToken);
        return result;
    }

    private static Task TellAsync(CommandEventData eventData, CancellationToken cancellationToken)
        => eventData.Context is TenantDb { Scope.Shared: { } shared } db
            ? TenantConnections.SetAsync(shared, db.Scope, local: true, cancellationToken)
            : Task.CompletedTask;
}
