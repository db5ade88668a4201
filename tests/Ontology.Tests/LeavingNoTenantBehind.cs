using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using OnePlatform.Ontology.Data;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;

namespace OnePlatform.Ontology.Tests;

/// <summary>
/// Connections for requests are not reset between two uses. Here the pool has one: whatever was done on it, the next who uses it without
/// naming a tenant must see nothing, and must get it at all.
/// </summary>
[Trait("Proof", "P1")]
public sealed class LeavingNoTenantBehind(OntologyHost host) : IClassFixture<OntologyHost>
{
    // On a busy machine its connection may be cut, and another one is clean anyway.
    private const string GivenUp = "a batch that is given up";
    private const string Fails = "select 1 / (count(*) - count(*)) from things";

    public static TheoryData<string> Uses => [.. s_uses.Keys];

    private static readonly Dictionary<string, Func<WebApplication, NpgsqlDataSource, TenantScope, Task>> s_uses = new()
    {
        ["a batch"] = (_, source, scope) => BatchAsync(source, scope, "select count(*) from things"),
        ["a batch that fails"] = (_, source, scope) => Assert.ThrowsAsync<PostgresException>(() => BatchAsync(source, scope, Fails)),
        [GivenUp] = async (_, source, scope) =>
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => BatchAsync(source, scope, "select pg_sleep(60)", soon.Token));
        },
        ["a transaction"] = async (_, source, scope) =>
        {
            await using var transaction = await source.BeginTenantTransactionAsync(scope, CancellationToken.None);
            await RunAsync(transaction.Connection, "select count(*) from things");
            await transaction.CommitAsync(CancellationToken.None);
        },
        ["a transaction that nobody commits"] = async (_, source, scope) =>
        {
            await using var transaction = await source.BeginTenantTransactionAsync(scope, CancellationToken.None);
        },
        ["a transaction that fails"] = async (_, source, scope) =>
        {
            await using var transaction = await source.BeginTenantTransactionAsync(scope, CancellationToken.None);
            await Assert.ThrowsAsync<PostgresException>(() => RunAsync(transaction.Connection, Fails));
        },
        ["a transaction that is given up before it begins"] = async (_, source, scope) =>
        {
            var left = new CancellationToken(canceled: true);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.BeginTenantTransactionAsync(scope, left));
        },
        ["a session"] = async (app, _, scope) =>
        {
            await using var session = await app.Services.GetRequiredService<TenantSessions>().OpenAsync(scope, CancellationToken.None);
            await RunAsync(session, "select count(*) from things");
        },
        ["a DbContext"] = async (app, _, scope) =>
        {
            await using var request = app.Services.CreateAsyncScope();
            request.ServiceProvider.GetRequiredService<TenantScope>().ActIn(scope.Groups);
            await request.ServiceProvider.GetRequiredService<OntologyDb>().Things.CountAsync();
        },
        ["a DbContext whose caller has left"] = async (app, _, scope) =>
        {
            await using var request = app.Services.CreateAsyncScope();
            request.ServiceProvider.GetRequiredService<TenantScope>().ActIn(scope.Groups);
            var left = new CancellationToken(canceled: true);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => request.ServiceProvider.GetRequiredService<OntologyDb>().Things.CountAsync(left));
        },
        ["the look at the schema on start"] = (app, _, _) => app.MigrateAsync<OntologyDb>([]),
    };

    [Theory]
    [MemberData(nameof(Uses))]
    public async Task What_was_told_ends_with_its_use(string use)
    {
        var tenant = await host.TenantAsync();
        await tenant.ThingAsync("a");
        await using var app = WithOneConnection();
        var source = app.Services.GetRequiredService<NpgsqlDataSource>();
        var connection = await StateAsync(source, "pg_backend_pid()::text");
        var (tenants, everything) = (new TenantScope(), new TenantScope());
        tenants.ActIn(tenant.Group);
        everything.ActAsSystem();
        foreach (var scope in new[] { tenants, everything })
        {
            await s_uses[use](app, source, scope);

            Assert.Equal("/", await StateAsync(source, "coalesce(current_setting('app.groups', true), '') || '/' || coalesce(current_setting('app.system', true), '')"));
            Assert.Equal("0", await StateAsync(source, "(select count(*) from things)::text"));
            if (use != GivenUp)
            {
                Assert.Equal(connection, await StateAsync(source, "pg_backend_pid()::text"));
            }
        }
    }

    [Fact]
    public async Task A_context_that_was_anothers_is_its_own_tenants_on_the_connection_that_was_anothers()
    {
        var (one, other) = (await host.TenantAsync(), await host.TenantAsync());
        await one.ThingAsync("a");
        await using var app = WithOneConnection();
        var first = await InContextAsync(app, scope => scope.ActAsSystem());

        var own = await InContextAsync(app, scope => scope.ActIn(one.Group));
        var again = await InContextAsync(app, scope => scope.ActIn(one.Group));
        var nobodys = await InContextAsync(app, _ => { });
        await InContextAsync(app, scope => scope.ActIn(one.Group));
        var others = await InContextAsync(app, scope => scope.ActIn(other.Group));

        Assert.Equal((1, 1, 0, 0), (own.Things, again.Things, nobodys.Things, others.Things));
        Assert.All([own, again, nobodys, others], look => Assert.Equal((first.Connection, first.Context), (look.Connection, look.Context)));
    }

    [Fact]
    public async Task A_context_is_its_own_tenants_on_a_connection_that_came_for_one_that_was_cut()
    {
        var tenant = await host.TenantAsync();
        await tenant.ThingAsync("a");
        await using var app = WithOneConnection();
        var cut = await InContextAsync(app, scope => scope.ActIn(tenant.Group));
        await host.Database.ScalarAsync<bool>($"select pg_terminate_backend({cut.Connection})");

        var next = cut;
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                next = await InContextAsync(app, scope => scope.ActIn(tenant.Group));
            }
            catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
            {
                // Whoever uses it first hears of its end.
            }

            return next.Connection != cut.Connection;
        });

        Assert.Equal(1, next.Things);
    }

    private static async Task<(int Things, int Connection, Guid Context)> InContextAsync(WebApplication app, Action<TenantScope> act)
    {
        await using var request = app.Services.CreateAsyncScope();
        act(request.ServiceProvider.GetRequiredService<TenantScope>());
        var db = request.ServiceProvider.GetRequiredService<OntologyDb>();
        return (
            await db.Things.CountAsync(), await db.Database.SqlQuery<int>($"select pg_backend_pid() as \"Value\"").SingleAsync(), db.ContextId.InstanceId);
    }

    private WebApplication WithOneConnection()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:ontologydb"] = host.Database.ConnectionString,
            ["Database:MaxPoolSize"] = "1",
        });
        builder.AddTenantDatabase<OntologyDb>("ontologydb");
        return builder.Build();
    }

    private static async Task BatchAsync(NpgsqlDataSource source, TenantScope scope, string sql, CancellationToken cancellationToken = default)
    {
        await using var batch = source.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    // As nothing in the services does: without a tenant.
    private static async Task<string> StateAsync(NpgsqlDataSource source, string expression)
    {
        await using var command = source.CreateCommand($"select {expression}");
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
