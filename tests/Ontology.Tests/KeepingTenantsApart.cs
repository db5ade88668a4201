using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OnePlatform.Ontology.Data;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

[Trait("Proof", "P1")]
public sealed class KeepingTenantsApart(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task Every_table_has_a_forced_policy()
    {
        var open = await host.Database.ScalarAsync<string>(
            """
            select string_agg(c.relname, ', ') from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> '__EFMigrationsHistory'
                and not (c.relrowsecurity and c.relforcerowsecurity and exists (select from pg_policy p where p.polrelid = c.oid))
            """);
        Assert.Null(open);
    }

    [Theory]
    [InlineData("select count(*) from things")]
    [InlineData("select count(*) from connections")]
    [InlineData("select count(*) from memberships")]
    [InlineData("select count(*) from groups")]
    [InlineData("select count(*) from users")]
    [InlineData("select count(*) from outbox")]
    public async Task A_query_without_its_predicate_still_sees_one_tenant(string sql)
    {
        var (one, other) = (await host.TenantAsync(), await host.TenantAsync());
        foreach (var tenant in new[] { one, other })
        {
            await tenant.ThingAsync("a");
        }

        var scope = new TenantScope();
        scope.ActIn(one.Group);
        await using var connection = await host.Services.GetRequiredService<TenantSessions>().OpenAsync(scope, CancellationToken.None);
        await using var command = new NpgsqlCommand(sql, connection);
        var expected = sql.Contains("users") || sql.Contains("outbox") || sql.Contains("connections") ? 0L : 1L;
        Assert.Equal(expected, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_write_into_another_tenant_is_refused_by_the_database()
    {
        var (one, other) = (await host.TenantAsync(), await host.TenantAsync());
        var scope = new TenantScope();
        scope.ActIn(one.Group);
        await using var connection = await host.Services.GetRequiredService<TenantSessions>().OpenAsync(scope, CancellationToken.None);
        await using var command = new NpgsqlCommand(
            "insert into things (id, group_id, type, name, properties, status, version, created_at, updated_at) values (gen_random_uuid(), $1, 'note', 'x', '{}', 'active', 1, now(), now())",
            connection)
        { Parameters = { new() { Value = other.Group } } };
        var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task A_scope_that_nobody_set_sees_nothing()
    {
        await host.TenantAsync();
        await using var connection = await host.Services.GetRequiredService<TenantSessions>().OpenAsync(new TenantScope(), CancellationToken.None);
        await using var command = new NpgsqlCommand("select count(*) from groups", connection);
        Assert.Equal(0L, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task The_model_has_no_change_without_a_migration()
    {
        await using var scope = host.Services.CreateAsyncScope();
        Assert.False(scope.ServiceProvider.GetRequiredService<OntologyDb>().Database.HasPendingModelChanges());
    }
}
