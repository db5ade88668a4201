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
        var lookup = host.Services.GetRequiredService<ThingLookup>();
        var answers = await WhileHeldUpAsync(() => lookup.Open, () => [.. asked.Select(a => a.Client.GetAsync($"/api/things/{a.Id}"))]);
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

    [Fact]
    public async Task They_share_few_round_trips_and_each_gets_its_own_page()
    {
        var (tenant, other) = (await host.TenantAsync(), await host.TenantAsync());
        foreach (var n in Enumerable.Range(0, 6))
        {
            await tenant.ThingAsync($"{(n < 4 ? "note" : "page")} {n}", type: n < 4 ? "note" : "page");
        }

        await other.ThingAsync("note of another group");
        var published = await tenant.ThingAsync("published", type: "page");
        using var shown = await tenant.Client.PatchAsJsonAsync($"/api/things/{published.Id()}", new { status = "published" });
        await shown.OkAsync();
        using var customer = host.As(Guid.NewGuid(), tenant.Group, Role.Customer);
        using var first = await tenant.Client.GetAsync("/api/things?type=note&limit=3");
        var cursor = (string)(await first.OkAsync())["cursor"]!;

        // Sorted as asked, filtered and counted ones are read alone.
        (HttpClient Client, string Query, string[] Names)[] asked =
        [
            .. Enumerable.Range(0, 12).Select(_ => (tenant.Client, "?type=note&limit=2", new[] { "note 3", "note 2" })),
            (tenant.Client, $"?type=note&limit=3&cursor={Uri.EscapeDataString(cursor)}", ["note 0"]),
            (tenant.Client, "?type=page", ["published", "page 5", "page 4"]),
            (tenant.Client, "?limit=2&fields=name", ["published", "page 5"]),
            (customer, "", ["published"]),
            (other.Client, "", ["note of another group"]),
        ];
        var pages = host.Services.GetRequiredService<ThingPages>();
        var answers = await WhileHeldUpAsync(() => pages.Open, () => [.. asked.Select(a => a.Client.GetAsync($"/api/things{a.Query}"))]);
        foreach (var ((_, query, names), answer) in asked.Zip(answers))
        {
            var page = await answer.OkAsync();
            Assert.Equal((query, string.Join(", ", names)), (query, string.Join(", ", page["results"]!.AsArray().Select(t => (string?)t!["name"]))));
            Assert.Equal(query.Contains("limit=2"), (bool)page["hasMore"]!);
        }
    }

    [Theory]
    [InlineData("one")]
    [InlineData("page")]
    [InlineData("create")]
    public async Task What_nobody_waits_for_any_more_ends_in_the_database_too(string kind)
    {
        var tenant = await host.TenantAsync();
        await host.Database.ScalarAsync<int>("update groups set plan = 'enterprise' where id = $1 returning 1", tenant.Group);
        var thing = (await tenant.ThingAsync("looked at")).Id();
        var (lookup, pages, intake) = (
            host.Services.GetRequiredService<ThingLookup>(), host.Services.GetRequiredService<ThingPages>(), host.Services.GetRequiredService<ThingIntake>());
        await using var owner = new NpgsqlConnection(host.Database.ConnectionString);
        await owner.OpenAsync();
        await using var transaction = await owner.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand("lock table things in access exclusive mode", owner);
        await hold.ExecuteNonQueryAsync();
        using var leaving = new CancellationTokenSource();
        var begun = Enumerable.Range(0, 5).Select(_ => kind switch
        {
            "one" => tenant.Client.GetAsync($"/api/things/{thing}", leaving.Token),
            "page" => tenant.Client.GetAsync("/api/things", leaving.Token),
            _ => tenant.Client.PostAsJsonAsync("/api/things", new { type = "note", name = "given up" }, leaving.Token),
        }).ToList();
        await Eventually.TrueAsync(() => Task.FromResult(lookup.Open + pages.Open + intake.Open == begun.Count));
        await leaving.CancelAsync();

        // The lock is held still, and a command ends by itself only after thirty seconds.
        await Eventually.TrueAsync(() => Task.FromResult(lookup.Open + pages.Open + intake.Open == 0), TimeSpan.FromSeconds(20));
        await transaction.RollbackAsync();
        foreach (var answer in begun)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        }
    }

    private async Task<HttpResponseMessage[]> WhileHeldUpAsync(Func<int> open, Func<List<Task<HttpResponseMessage>>> begin)
    {
        List<Task<HttpResponseMessage>> begun;
        await using var owner = new NpgsqlConnection(host.Database.ConnectionString);
        await owner.OpenAsync();
        await using (var transaction = await owner.BeginTransactionAsync())
        {
            await using var hold = new NpgsqlCommand("lock table things in access exclusive mode", owner);
            await hold.ExecuteNonQueryAsync();
            begun = begin();
            await Eventually.TrueAsync(() => Task.FromResult(open() == begun.Count));

            // One for each of the groups at most; the rest waits for it.
            Assert.InRange(await host.Database.ScalarAsync<long>(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%from things%'"), 1, 2);
            await transaction.CommitAsync();
        }

        return await Task.WhenAll(begun);
    }
}
