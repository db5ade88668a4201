using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace OnePlatform.Bench.Gateway;

/// <summary>One thing by its id: Kestrel, Npgsql and a prepared statement; no tenant, no token, no checks.</summary>
internal static class BareRow
{
    // As many as the platform's own services take.
    private const int Connections = 10;

    public static async Task<int> RunAsync(int port, string database)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var settings = new NpgsqlConnectionStringBuilder(database) { MaxPoolSize = Connections, MaxAutoPrepare = 10, AutoPrepareMinUsages = 1 };
        await using var source = NpgsqlDataSource.Create(settings.ConnectionString);
        var app = builder.Build();
        app.MapGet("/api/things/{id:guid}", async (Guid id, HttpContext context) =>
        {
            await using var command = source.CreateCommand("select id, type, name, properties, status, version, created_at, updated_at from things where id = $1");
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
            await using var row = await command.ExecuteReaderAsync(context.RequestAborted);
            if (!await row.ReadAsync(context.RequestAborted))
            {
                return Results.NotFound();
            }

            return Results.Json(new
            {
                id = row.GetGuid(0),
                type = row.GetString(1),
                name = row.GetString(2),
                properties = JsonElement.Parse(row.GetString(3)),
                status = row.GetString(4),
                version = row.GetInt64(5),
                createdAt = row.GetFieldValue<DateTimeOffset>(6),
                updatedAt = row.GetFieldValue<DateTimeOffset>(7),
            });
        });
        await app.RunAsync();
        return 0;
    }
}
