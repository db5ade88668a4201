using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OnePlatform.Ontology.Things;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;

namespace OnePlatform.Ontology.Tests;

/// <summary>Many requests look at things of one group at the same moment. The table is held up until all of them wait.</summary>
[Trait("Proof", "P1")]
public sealed class LookingTogether(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task They_share_few_queries_and_each_gets_its_own_thing_or_none()
    {
        var (tenant, other) = (await host.TenantAsync(), await host.TenantAsync());
        var things = new List<Guid>();
        for (var n = 0; n < 8; n++)
        {
            things.Add((await tenant.ThingAsync($"Thing {n}")).Id());
        }

        var foreign = (await other.ThingAsync("of another group")).Id();
        using var customer = host.As(Guid.NewGuid(), tenant.Group, Role.Customer);

        // Each thing three times, what is another group's, what does not exist, and what a customer does not see.
        (HttpClient Client, Guid Id, HttpStatusCode Status)[] asked =
        [
            .. Enumerable.Range(0, 24).Select(n => (tenant.Client, things[n % 8], HttpStatusCode.OK)),
            (tenant.Client, foreign, HttpStatusCode.NotFound), (tenant.Client, Guid.NewGuid(), HttpStatusCode.NotFound), (customer, things[0], HttpStatusCode.NotFound),
            (other.Client, foreign, HttpStatusCode.OK), (other.Client, things[1], HttpStatusCode.NotFound),
        ];
        var answers = await WhileHeldUpAsync(() => [.. asked.Select(a => a.Client.GetAsync($"/api/things/{a.Id}"))]);
        foreach (var ((_, id, status), answer) in asked.Zip(answers))
        {
            Assert.Equal(status, answer.StatusCode);
            if (status == HttpStatusCode.OK)
            {
                Assert.Equal(id, (await answer.OkAsync()).Id());
            }
        }
    }

    [Fact]
    public async Task Who_asks_after_a_change_is_answered_sees_it_however_many_look_at_the_moment()
    {
        var tenant = await host.TenantAsync();
        var thing = (await tenant.ThingAsync("Version 1")).Id();
        using var ending = new CancellationTokenSource();
        var others = Enumerable.Range(0, 8).Select(async _ =>
        {
            while (!ending.IsCancellationRequested)
            {
                using var answer = await tenant.Client.GetAsync($"/api/things/{thing}");
                await answer.OkAsync();
            }
        }).ToList();
        for (var version = 2; version <= 40; version++)
        {
            using var changed = await tenant.Client.PatchAsJsonAsync($"/api/things/{thing}", new { name = $"Version {version}" });
            await changed.OkAsync();
            using var answer = await tenant.Client.GetAsync($"/api/things/{thing}");
            Assert.Equal($"Version {version}", (string?)(await answer.OkAsync())["name"]);
        }

        await ending.CancelAsync();
        await Task.WhenAll(others);
    }

    private async Task<HttpResponseMessage[]> WhileHeldUpAsync(Func<List<Task<HttpResponseMessage>>> begin)
    {
        List<Task<HttpResponseMessage>> begun;
        var lookup = host.Services.GetRequiredService<ThingLookup>();
        await using var owner = new NpgsqlConnection(host.Database.ConnectionString);
        await owner.OpenAsync();
        await using (var transaction = await owner.BeginTransactionAsync())
        {
            await using var hold = new NpgsqlCommand("lock table things in access exclusive mode", owner);
            await hold.ExecuteNonQueryAsync();
            begun = begin();
            await Eventually.TrueAsync(() => Task.FromResult(lookup.Open == begun.Count));

            // One for each of the groups at most; the rest waits for it.
            Assert.InRange(await host.Database.ScalarAsync<long>(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%from things%'"), 1, 2);
            await transaction.CommitAsync();
        }

        return await Task.WhenAll(begun);
    }
}
