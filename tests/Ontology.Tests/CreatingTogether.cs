using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OnePlatform.Ontology.Things;
using OnePlatform.Testing;

namespace OnePlatform.Ontology.Tests;

/// <summary>Many requests create in one group at the same moment. The table of events is held up until all of them wait.</summary>
[Trait("Proof", "P2")]
public sealed class CreatingTogether(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task They_share_few_transactions_and_each_has_its_own_event()
    {
        var tenant = await FarFromItsQuotaAsync();
        var things = await WhileHeldUpAsync(
            () => Enumerable.Range(0, 40).Select(n => tenant.ThingAsync($"Thing {n}", properties: new { n })).ToList());

        Assert.Equal(40, things.Select(t => t.Id()).Distinct().Count());
        foreach (var thing in things)
        {
            Assert.Equal($"Thing {thing["properties"]!["n"]}", (string?)thing["name"]);
            Assert.Equal(
                (string?)thing["name"], await host.Database.ScalarAsync<string>("select name from things where id = $1 and group_id = $2", thing.Id(), tenant.Group));
            Assert.Equal(1, await host.Database.ScalarAsync<long>("select count(*) from outbox where body like $1", $"%{thing.Id()}%"));
        }

        // One for who came first, one for all the others.
        Assert.InRange(await host.Database.ScalarAsync<long>("select count(distinct xmin::text) from things where group_id = $1", tenant.Group), 1, 2);
    }

    [Fact]
    public async Task One_that_cannot_be_stored_holds_up_no_other()
    {
        var tenant = await FarFromItsQuotaAsync();
        await tenant.ThingAsync("first", externalId: "taken");
        var answers = await WhileHeldUpAsync(() => Enumerable.Range(0, 20).Select(n => tenant.Client.PostAsJsonAsync(
            "/api/things", new { type = "note", name = $"Thing {n}", externalId = n % 5 == 0 ? "taken" : $"free-{n}" })).ToList());

        Assert.Equal(4, answers.Count(a => a.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal(16, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        Assert.Equal(17, await host.Database.ScalarAsync<long>("select count(*) from things where group_id = $1", tenant.Group));
        Assert.Equal(17, await host.Database.ScalarAsync<long>(
            "select count(*) from outbox where type like '%ThingsChanged%' and body like $1", $"%{tenant.Group}%"));
    }

    [Fact]
    public async Task Groups_that_create_at_the_same_moment_share_no_transaction()
    {
        var (one, other) = (await FarFromItsQuotaAsync(), await FarFromItsQuotaAsync());
        await WhileHeldUpAsync(() => Enumerable.Range(0, 40).Select(n => (n % 2 == 0 ? one : other).ThingAsync($"Thing {n}")).ToList());

        Assert.Equal(20, await host.Database.ScalarAsync<long>("select count(*) from things where group_id = $1", one.Group));
        Assert.Equal(0, await host.Database.ScalarAsync<long>(
            "select count(*) from things a join things b on a.xmin = b.xmin where a.group_id = $1 and b.group_id = $2", one.Group, other.Group));
    }

    [Fact]
    public async Task What_one_group_waits_for_holds_up_no_other()
    {
        var (one, other) = (await FarFromItsQuotaAsync(), await FarFromItsQuotaAsync());
        await using var owner = new NpgsqlConnection(host.Database.ConnectionString);
        await owner.OpenAsync();
        Task<HttpResponseMessage> waiting;
        await using (var transaction = await owner.BeginTransactionAsync())
        {
            await using var claim = new NpgsqlCommand(
                """
                insert into things (id, group_id, type, name, properties, status, external_id, version, created_at, updated_at)
                values (gen_random_uuid(), $1, 'note', 'Claims', '{}', 'active', 'claimed', 1, now(), now())
                """, owner)
            { Parameters = { new() { Value = one.Group } } };
            await claim.ExecuteNonQueryAsync();
            waiting = one.Client.PostAsJsonAsync("/api/things", new { type = "note", name = "Waits", externalId = "claimed" });
            await Eventually.TrueAsync(async () => await host.Database.ScalarAsync<long>(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%into things%'") == 1);
            await other.ThingAsync("Passes");
            Assert.False(waiting.IsCompleted);
            await transaction.RollbackAsync();
        }

        using var answer = await waiting;
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    // Near it, things are counted one after the other.
    private async Task<Tenant> FarFromItsQuotaAsync()
    {
        var tenant = await host.TenantAsync();
        await host.Database.ScalarAsync<int>("update groups set plan = 'enterprise' where id = $1 returning 1", tenant.Group);
        return tenant;
    }

    private async Task<List<T>> WhileHeldUpAsync<T>(Func<List<Task<T>>> begin)
    {
        List<Task<T>> begun;
        await using var owner = new NpgsqlConnection(host.Database.ConnectionString);
        await owner.OpenAsync();
        await using (var transaction = await owner.BeginTransactionAsync())
        {
            await using var hold = new NpgsqlCommand("lock table outbox in access exclusive mode", owner);
            await hold.ExecuteNonQueryAsync();
            begun = begin();
            var intake = host.Services.GetRequiredService<ThingIntake>();
            await Eventually.TrueAsync(async () => intake.Open == begun.Count && await host.Database.ScalarAsync<long>(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%into things%'") >= 1);
            await transaction.CommitAsync();
        }

        return [.. await Task.WhenAll(begun)];
    }
}
