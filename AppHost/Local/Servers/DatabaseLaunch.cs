using Npgsql;
using OnePlatform.AppHost.Local.Processes;

namespace OnePlatform.AppHost.Local.Servers;

internal sealed class DatabaseLaunch(PostgresDatabaseResource resource) : ILaunch
{
    public string Address => $"in {resource.Parent.Name}";

    public async Task<ProcessCommand?> PrepareAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection($"{resource.Parent.ConnectionString};Database=postgres;Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var find = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection)
        {
            Parameters = { new() { Value = resource.Name } },
        };
        if (await find.ExecuteScalarAsync(cancellationToken) is null)
        {
            var name = resource.Name.Replace("\"", "\"\"", StringComparison.Ordinal);
            await using var create = new NpgsqlCommand($"create database \"{name}\"", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        return null;
    }

    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection($"{resource.ConnectionString};Pooling=false;Timeout=5");
        await connection.OpenAsync(cancellationToken);
    }
}
