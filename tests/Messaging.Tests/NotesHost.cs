using System.Collections.Concurrent;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OnePlatform.Testing;

namespace OnePlatform.Messaging.Tests;

/// <summary>One instance of the notes service, put on the bus exactly as the platform's services are.</summary>
internal sealed class NotesHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly CountingLogs _logs;

    private NotesHost(IHost host, CountingLogs logs) => (_host, _logs) = (host, logs);

    public IServiceProvider Services => _host.Services;

    /// <summary>How often the relay said that it could not publish.</summary>
    public int Interruptions => _logs.Counts.GetValueOrDefault(typeof(OutboxRelay).FullName!);

    public static Task<TestDatabase> CreateDatabaseAsync() => TestDatabase.CreateAsync("notes", async owner =>
    {
        await using var dataSource = NpgsqlDataSource.Create(owner);
        await using var db = new NotesDb(Configure(new DbContextOptionsBuilder<NotesDb>(), dataSource).Options);
        await db.Database.EnsureCreatedAsync();
    });

    public static async Task<NotesHost> StartAsync(
        TestDatabase database,
        string broker,
        Action<IBusRegistrationConfigurator>? consumers = null,
        Action<IServiceCollection>? services = null,
        params (string Name, string Value)[] settings)
    {
        var logs = new CountingLogs();
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value));
        builder.Configuration["ConnectionStrings:rabbitmq"] = broker;
        builder.Configuration["Messaging:QueuePrefix"] = $"{database.Name.Replace('_', '-')}-";
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddProvider(logs);
        builder.Services.AddSingleton(NpgsqlDataSource.Create(database.ConnectionString));
        builder.Services.AddDbContext<NotesDb>((provider, db) => Configure(db, provider.GetRequiredService<NpgsqlDataSource>()));
        builder.AddMessaging<NotesDb>("notes", consumers ?? (_ => { }));
        services?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        if (broker != ServiceHost<NotesDb>.NoBroker)
        {
            // Only from here on do its queues exist.
            await host.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, TimeSpan.FromSeconds(30));
        }

        return new NotesHost(host, logs);
    }

    public async Task<Guid> TakeNoteAsync(string? text = null)
    {
        await using var scope = Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NotesDb>();
        var note = new Note { Text = text ?? Guid.NewGuid().ToString() };
        db.Add(note);
        db.Publish(NoteTaken.Of(note.Id));
        await db.SaveChangesAsync();
        return note.Id;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private static TBuilder Configure<TBuilder>(TBuilder db, NpgsqlDataSource dataSource)
        where TBuilder : DbContextOptionsBuilder
    {
        db.UseNpgsql(dataSource).UseSnakeCaseNamingConvention();
        return db;
    }

    private sealed class CountingLogs : ILoggerProvider
    {
        public ConcurrentDictionary<string, int> Counts { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Counter(this, categoryName);

        public void Dispose()
        {
        }

        private sealed class Counter(CountingLogs logs, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
                => logs.Counts.AddOrUpdate(category, 1, (_, count) => count + 1);
        }
    }
}
