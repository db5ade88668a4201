using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CsCheck;

namespace OnePlatform.Ontology.Tests;

public sealed class PagingThings(OntologyHost host) : IClassFixture<OntologyHost>
{
    private static readonly string[] s_sorts = ["", "id", "name", "-name", "createdAt", "-createdAt", "type,-name"];

    private static readonly Gen<(string Sort, int Limit, int Rows)> s_lists =
        Gen.Select(Gen.OneOf(s_sorts), Gen.Int[1, 9], Gen.Int[0, 30]);

    /// <remarks>Names repeat, so that pages are cut inside of what sorts equal. Writers do not touch what is sorted by: a row that is moved is not where it was.</remarks>
    [Fact]
    public async Task Every_row_that_was_there_throughout_appears_once_while_others_insert_and_update() => await s_lists.SampleAsync(
        async list =>
        {
            var tenant = await host.TenantAsync();
            var there = await CreateAsync(tenant, list.Rows);
            using var over = new CancellationTokenSource();
            var writing = WriteAsync(tenant, there, over.Token);
            var seen = await ReadAllAsync(tenant, list.Sort, list.Limit, list.Rows);
            await over.CancelAsync();
            await writing;

            Assert.Equal(seen.Count, seen.Distinct().Count());
            Assert.Empty(there.Except(seen));
        },
        iter: 12, threads: 1);

    private static async Task<List<Guid>> CreateAsync(Tenant tenant, int count)
    {
        if (count == 0)
        {
            return [];
        }

        var items = Enumerable.Range(0, count).Select(i => new { type = i % 2 == 0 ? "note" : "course", name = $"n{i % 4}" });
        using var answer = await tenant.Client.PostAsJsonAsync("/api/things/bulk", new { items });
        return [.. (await answer.OkAsync())["ids"]!.AsArray().Select(id => Guid.Parse((string)id!))];
    }

    /// <summary>Inserts before, among and after the rows, changes some of them, and archives what it inserted itself.</summary>
    private static async Task WriteAsync(Tenant tenant, List<Guid> there, CancellationToken over)
    {
        for (var turn = 0; !over.IsCancellationRequested; turn++)
        {
            using var made = await tenant.Client.PostAsJsonAsync("/api/things", new { type = "note", name = $"n{turn % 5}" }, CancellationToken.None);
            var id = (await made.OkAsync()).Id();
            if (there.Count > 0)
            {
                using var changed = await tenant.Client.PatchAsJsonAsync($"/api/things/{there[turn % there.Count]}", new { properties = new { turn } }, CancellationToken.None);
                await changed.OkAsync();
            }

            if (turn % 3 == 0)
            {
                using var archived = await tenant.Client.DeleteAsync($"/api/things/{id}", CancellationToken.None);
                Assert.True(archived.IsSuccessStatusCode);
            }
        }
    }

    private static async Task<List<Guid>> ReadAllAsync(Tenant tenant, string sort, int limit, int rows)
    {
        var (seen, cursor) = (new List<Guid>(), "");
        // Rows that are inserted at the end of the order are read as well; past these pages they are all there is.
        for (var page = 0; page < (rows * 2) + 20; page++)
        {
            var path = $"/api/things?limit={limit}{(sort.Length > 0 ? $"&sort={sort}" : "")}{cursor}";
            using var answer = await tenant.Client.GetAsync(path);
            var body = await answer.OkAsync();
            seen.AddRange(body["results"]!.AsArray().Select(r => ((JsonObject)r!).Id()));
            if (!(bool)body["hasMore"]!)
            {
                break;
            }

            cursor = $"&cursor={Uri.EscapeDataString((string)body["cursor"]!)}";
        }

        return seen;
    }
}
