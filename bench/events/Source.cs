using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Contracts;
using OnePlatform.Messaging;

namespace OnePlatform.Bench.Events;

internal sealed class SourceDb(DbContextOptions<SourceDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddOutboxAndInbox();
}

/// <summary>A service that tells of events: an outbox in a database of its own, and the platform's relay.</summary>
internal sealed class Source : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly NpgsqlDataSource _dataSource;

    private Source(WebApplication app) => (_app, _dataSource) = (app, app.Services.GetRequiredService<NpgsqlDataSource>());

    public static async Task<Source> StartAsync(string database, string broker)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["ConnectionStrings:rabbitmq"] = broker;
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Services.AddSingleton(NpgsqlDataSource.Create($"{database};Max Auto Prepare=16;Auto Prepare Min Usages=2"));
        builder.Services.AddDbContext<SourceDb>((services, db) => db
            .UseNpgsql(services.GetRequiredService<NpgsqlDataSource>()).UseSnakeCaseNamingConvention());
        builder.AddMessaging<SourceDb>("source", _ => { });
        var app = builder.Build();
        await using (var scope = app.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<SourceDb>().Database.EnsureCreatedAsync();
        }

        await app.StartAsync();
        return new Source(app);
    }

    /// <summary>Commits all in one transaction; the relay is called when it is done.</summary>
    public async Task AddAsync(IEnumerable<IIntegrationEvent> messages)
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        await using (var copy = await connection.BeginBinaryImportAsync(
            "copy outbox (event_id, type, body, created_at, due_at, attempts) from stdin (format binary)"))
        {
            foreach (var row in messages.Select(OutboxMessage.For))
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(row.EventId, NpgsqlDbType.Uuid);
                await copy.WriteAsync(row.Type, NpgsqlDbType.Text);
                await copy.WriteAsync(row.Body, NpgsqlDbType.Text);
                await copy.WriteAsync(row.CreatedAt, NpgsqlDbType.TimestampTz);
                await copy.WriteAsync(row.DueAt, NpgsqlDbType.TimestampTz);
                await copy.WriteAsync(0, NpgsqlDbType.Integer);
            }

            await copy.CompleteAsync();
        }

        _app.Services.GetRequiredService<OutboxSignal>().Wake();
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
