using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Messaging.Tests;

public sealed class PacingTheRelay : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await NotesHost.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task One_that_comes_alone_goes_at_once_and_those_on_its_heels_go_together()
    {
        var calls = 0;
        var transport = new FlakyTransport { Meanwhile = call => Task.FromResult(calls = call) };
        await using var host = await NotesHost.StartAsync(
            _database, ServiceHost<NotesDb>.NoBroker, services: s => s.AddSingleton<IOutboxTransport>(transport),
            settings: [("Messaging:Outbox:GatherTime", "00:00:05"), ("Messaging:Outbox:PollInterval", "00:00:00.010")]);
        await host.TakeNoteAsync();
        await Eventually.TrueAsync(() => Task.FromResult(transport.Published.Count == 1), TimeSpan.FromSeconds(4));

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.TakeNoteAsync()));
        await Eventually.TrueAsync(() => Task.FromResult(transport.Published.Count == 6), TimeSpan.FromSeconds(20));

        Assert.Equal(2, calls);
    }
}
