using Npgsql;
using OnePlatform.Testing;

namespace OnePlatform.Querying.Tests;

/// <summary>A database of its own for the tests of this project, gone with them.</summary>
public sealed class ThrowawayPostgres : IAsyncLifetime
{
    private TestDatabase? _database;

    public NpgsqlDataSource Database { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync("querying", _ => Task.CompletedTask);
        Database = NpgsqlDataSource.Create(_database.ConnectionString);
        await TestRow.CreateTable(Database);
    }

    public async Task DisposeAsync()
    {
        await Database.DisposeAsync();
        await _database!.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class OnPostgres : ICollectionFixture<ThrowawayPostgres>
{
    public const string Name = "PostgreSQL";
}
