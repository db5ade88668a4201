using System.Collections.Concurrent;
using Npgsql;

namespace OnePlatform.Testing;

/// <summary>A database of its own for a test class: a copy of a template that is migrated once per process.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<string, Lazy<Task>> s_templates = new();

    private TestDatabase(string name, string connectionString) => (Name, ConnectionString) = (name, connectionString);

    public string Name { get; }

    /// <summary>As the owner; the service derives its restricted role from it.</summary>
    public string ConnectionString { get; }

    /// <param name="template">Name of the template, one per service.</param>
    /// <param name="migrate">Migrates the template, given its connection string.</param>
    public static async Task<TestDatabase> CreateAsync(string template, Func<string, Task> migrate)
    {
        var admin = await TestServers.PostgresAsync();
        await s_templates.GetOrAdd(template, _ => new Lazy<Task>(async () =>
        {
            await ExecuteAsync(admin, $"create database \"{template}\"");
            await migrate(For(admin, template));
            NpgsqlConnection.ClearAllPools();
            // A server process outlives its client by a moment, and nothing is copied while one is there.
            await ExecuteAsync(admin, $"alter database \"{template}\" allow_connections false");
            await ExecuteAsync(admin, $"select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{template}'");
        })).Value;

        var name = $"{template}_{Guid.NewGuid():N}";
        await ExecuteAsync(admin, $"create database \"{name}\" template \"{template}\"");
        return new TestDatabase(name, For(admin, name));
    }

    /// <summary>Runs SQL as the owner, for arranging and for looking past the API.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public async ValueTask DisposeAsync() => await ExecuteAsync(await TestServers.PostgresAsync(), $"drop database \"{Name}\" with (force)");

    private static string For(string admin, string database)
        => new NpgsqlConnectionStringBuilder(admin) { Database = database, MaxPoolSize = 10 }.ConnectionString;

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
