using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OnePlatform.Testing;

namespace OnePlatform.Ontology.Tests;

/// <summary>What PostgreSQL itself counts: which index a request read by, and that it never read the table from end to end.</summary>
public sealed class UsingIndexes(OntologyHost host) : IClassFixture<OntologyHost>
{
    private const int Rows = 30_000;
    private const int Tenants = 10;

    [Theory]
    [InlineData("/api/things?filter=properties.price=7&limit=20", "ix_things_properties")]
    [InlineData("/api/things?filter=properties.price=7%20AND%20status=active", "ix_things_properties")]
    [InlineData("/api/things?type=course&limit=20", "ix_things_group_id_type_id")]
    [InlineData("/api/things?limit=20", "ix_things_group_id_id")]
    [InlineData("/api/things?externalId=e77", "ix_things_external_id")]
    [InlineData("/api/things?sort=-updatedAt&limit=20", "ix_things_group_id_updated_at_id")]
    [InlineData("/api/things?q=plum77", "ix_things_search")]
    [InlineData("/api/things?scope=subtree&limit=20", null)]
    [InlineData("/api/things?scope=subtree&filter=properties.price=7", null)]
    [InlineData("/api/things/{id}", null)]
    public async Task A_request_reads_by_its_index(string path, string? index)
    {
        var tenant = await FilledAsync();
        var first = await host.Database.ScalarAsync<Guid>("select id from things where group_id = $1 and external_id = 'e77'", tenant.Group);
        var (readsBefore, scansBefore) = (await ReadsAsync(index), await TableScansAsync());
        using var answer = await tenant.Client.GetAsync(path.Replace("{id}", first.ToString(), StringComparison.Ordinal));
        await answer.OkAsync();

        // A server process tells its counts when it ends at the latest.
        host.Services.GetRequiredService<NpgsqlDataSource>().Clear();
        await Eventually.TrueAsync(async () => await ReadsAsync(index) > readsBefore);
        Assert.Equal(scansBefore, await TableScansAsync());
    }

    [Fact]
    public async Task The_groups_below_are_a_range_of_the_path_s_index()
    {
        var tenant = await host.TenantAsync();
        await host.Database.ScalarAsync<int>(
            """
            insert into groups (id, parent_id, path, path_key, slug, name, type, plan, settings, metadata, status, version, created_at, updated_at)
            select id, null, array[id], id::text, left('g' || replace(id::text, '-', ''), 30), 'g', 'dao', 'starter', '{}', '{}', 'active', 1, now(), now()
            from (select gen_random_uuid() as id from generate_series(1, 5000)) g
            """);
        await AnalyzeAsync("groups");
        var key = await host.Database.ScalarAsync<string>("select path_key from groups where id = $1", tenant.Group);
        var plan = await host.Database.ScalarAsync<string>(
            "explain (format json) select id from groups where path_key >= $1 and path_key < $2 order by path_key", $"{key}/", $"{key}0");
        Assert.Contains("ix_groups_path_key", plan);
        Assert.DoesNotContain("Seq Scan", plan);
    }

    private async Task<Tenant> FilledAsync()
    {
        var tenants = new List<Tenant>();
        for (var i = 0; i < 2; i++)
        {
            tenants.Add(await host.TenantAsync());
        }

        // Most rows are of others, as in a table that many tenants share.
        var groups = tenants.Select(t => t.Group).Concat(Enumerable.Range(0, Tenants).Select(_ => Guid.NewGuid())).ToArray();
        await host.Database.ScalarAsync<int>(
            """
            insert into things (id, group_id, type, name, properties, status, external_id, version, created_at, updated_at)
            select gen_random_uuid(), g, case n % 20 when 0 then 'course' else 'note' end, 'plum' || n, jsonb_build_object('price', n % 500),
                   'active', 'e' || n, 1, now(), now() - n * interval '1 second'
            from unnest($1) g, generate_series(1, $2) n
            """, groups, Rows / groups.Length);
        await AnalyzeAsync("things");
        return tenants[0];
    }

    private async Task AnalyzeAsync(string table) => await host.Database.ScalarAsync<int>($"vacuum analyze {table}");

    private async Task<long> ReadsAsync(string? index) => await host.Database.ScalarAsync<long>(
        $"select coalesce(sum(idx_scan), 0)::bigint from pg_stat_user_indexes where relname = 'things' {(index is null ? "" : $"and indexrelname = '{index}'")}");

    private async Task<long> TableScansAsync()
        => await host.Database.ScalarAsync<long>("select seq_scan from pg_stat_user_tables where relname = 'things'");
}
