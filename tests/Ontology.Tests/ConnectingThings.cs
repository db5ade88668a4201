using System.Net;
using System.Net.Http.Json;
using Npgsql;
using OnePlatform.Testing;

namespace OnePlatform.Ontology.Tests;

public sealed class ConnectingThings(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task Two_things_are_connected_found_from_both_ends_and_parted()
    {
        var tenant = await host.TenantAsync();
        var (a, b) = (await tenant.ThingAsync("a"), await tenant.ThingAsync("b"));
        using var made = await Connect(tenant, a.Id(), b.Id(), "references");
        var connection = await made.OkAsync();
        Assert.Equal("active", (string?)connection["state"]);
        foreach (var path in new[] { $"/api/connections/from/{a.Id()}", $"/api/connections/to/{b.Id()}", $"/api/connections?type=references&fromId={a.Id()}" })
        {
            using var list = await tenant.Client.GetAsync(path);
            Assert.Equal(connection.Id().ToString(), (string?)Assert.Single((await list.OkAsync())["results"]!.AsArray())!["id"]);
        }

        using var others = await tenant.Client.GetAsync($"/api/things/{b.Id()}/connections?direction=in");
        Assert.Equal("a", (string?)Assert.Single((await others.OkAsync())["results"]!.AsArray())!["other"]!["name"]);
        using var deleted = await tenant.Client.DeleteAsync($"/api/connections/{connection.Id()}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var gone = await tenant.Client.GetAsync($"/api/connections/{connection.Id()}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Ends_must_exist_here_differ_and_suit_the_type()
    {
        var (tenant, stranger) = (await host.TenantAsync(), await host.TenantAsync());
        var (a, foreign) = (await tenant.ThingAsync("a"), await stranger.ThingAsync("f"));
        using var other = await Connect(tenant, a.Id(), foreign.Id(), "references");
        var problem = await other.ProblemAsync(400, "no_such_thing");
        Assert.Equal("/toId", (string?)problem["errors"]![0]!["pointer"]);
        using var same = await Connect(tenant, a.Id(), a.Id(), "references");
        await same.ProblemAsync(400, "same_ends");
        using var type = await Connect(tenant, a.Id(), foreign.Id(), "nothing");
        await type.ProblemAsync(400, "invalid_type");
        using var ends = await Connect(tenant, a.Id(), (await tenant.ThingAsync("b")).Id(), "enrolled_in");
        await ends.ProblemAsync(400, "wrong_ends");
    }

    [Fact]
    public async Task Of_many_the_same_at_once_one_is_made()
    {
        var tenant = await host.TenantAsync();
        var (a, b) = (await tenant.ThingAsync("a"), await tenant.ThingAsync("b"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Connect(tenant, a.Id(), b.Id(), "references")));
        Assert.Single(answers, r => r.StatusCode == HttpStatusCode.Created);
        Assert.Equal(7, answers.Count(r => r.StatusCode == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Writers_at_once_never_close_a_circle()
    {
        var tenant = await host.TenantAsync();
        for (var round = 0; round < 5; round++)
        {
            var ids = new List<Guid>();
            for (var i = 0; i < 4; i++)
            {
                ids.Add((await tenant.ThingAsync($"{i}")).Id());
            }

            var answers = await Task.WhenAll(ids.Select((id, i) => Connect(tenant, id, ids[(i + 1) % ids.Count], "part_of")));
            Assert.Equal(3, answers.Count(r => r.StatusCode == HttpStatusCode.Created));
            using var refused = Assert.Single(answers, r => r.StatusCode == HttpStatusCode.Conflict);
            await refused.ProblemAsync(409, "cycle");
        }
    }

    [Fact]
    public async Task Restoring_does_not_close_a_circle_either()
    {
        var tenant = await host.TenantAsync();
        var (a, x, b) = (await tenant.ThingAsync("a"), await tenant.ThingAsync("x"), await tenant.ThingAsync("b"));
        await (await Connect(tenant, a.Id(), x.Id(), "part_of")).OkAsync();
        await (await Connect(tenant, x.Id(), b.Id(), "part_of")).OkAsync();
        await tenant.Client.DeleteAsync($"/api/things/{x.Id()}");
        await (await Connect(tenant, b.Id(), a.Id(), "part_of")).OkAsync();
        using var restored = await tenant.Client.PostAsync($"/api/things/{x.Id()}/restore", null);
        await restored.OkAsync();
        Assert.Equal(2, await host.Database.ScalarAsync<long>(
            "select count(*) from connections where group_id = $1 and archived_at is null", tenant.Group));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restoring_one_end_while_the_other_is_archived_leaves_no_connection_live(bool restoreFirst)
    {
        var tenant = await host.TenantAsync();
        var (a, b) = ((await tenant.ThingAsync("a")).Id(), (await tenant.ThingAsync("b")).Id());
        await (await Connect(tenant, a, b, "references")).OkAsync();
        using var archived = await tenant.Client.DeleteAsync($"/api/things/{a}");
        Assert.Equal(HttpStatusCode.NoContent, archived.StatusCode);
        Task<HttpResponseMessage> Restore() => tenant.Client.PostAsync($"/api/things/{a}/restore", null);
        Task<HttpResponseMessage> Archive() => tenant.Client.DeleteAsync($"/api/things/{b}");
        Task<HttpResponseMessage> first, second;
        await using var owner = new NpgsqlConnection(host.Database.ConnectionString);
        await owner.OpenAsync();
        await using (var transaction = await owner.BeginTransactionAsync())
        {
            // The first has done all but its revision when the second begins.
            await using var hold = new NpgsqlCommand("lock table thing_revisions in share mode", owner);
            await hold.ExecuteNonQueryAsync();
            first = restoreFirst ? Restore() : Archive();
            await WaitingAsync(1);
            second = restoreFirst ? Archive() : Restore();
            await WaitingAsync(2);
            await transaction.CommitAsync();
        }

        foreach (var answer in await Task.WhenAll(first, second))
        {
            using (answer)
            {
                Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            }
        }

        Assert.Equal(0, await host.Database.ScalarAsync<long>(
            "select count(*) from connections where group_id = $1 and archived_at is null", tenant.Group));
    }

    private Task WaitingAsync(int count) => Eventually.TrueAsync(async () => await host.Database.ScalarAsync<long>(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == count);

    private static Task<HttpResponseMessage> Connect(Tenant tenant, Guid from, Guid to, string type)
        => tenant.Client.PostAsJsonAsync("/api/connections", new { fromId = from, toId = to, type });
}
