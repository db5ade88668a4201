using System.Text.Json.Nodes;
using CsCheck;

namespace OnePlatform.Ontology.Tests;

public sealed class WalkingGraphs(OntologyHost host) : IClassFixture<OntologyHost>
{
    private static readonly string[] s_types = ["references", "following"];
    private static readonly string[] s_directions = ["in", "out", "both"];

    private static readonly Gen<RandomGraph> s_graphs = Gen.Select(
        Gen.Int[2, 14].SelectMany(nodes => Gen.Select(
            Gen.Const(nodes),
            Gen.Select(Gen.Int[0, nodes - 1], Gen.Int[0, nodes - 1], Gen.Int[0, 1]).Array[0, nodes * 3],
            Gen.Bool.Array[nodes])),
        Gen.Int[1, 6], Gen.OneOf(s_directions), Gen.Int[0, 2],
        (graph, depth, direction, types) => new RandomGraph(
            graph.Item1,
            [.. graph.Item2.Where(e => e.Item1 != e.Item2).Distinct()],
            [.. graph.Item3.Select((isGone, i) => isGone && i % 4 == 1)],
            depth, direction, types < 2 ? types : null));

    [Fact]
    public async Task A_walk_finds_what_a_breadth_first_search_finds() => await s_graphs.SampleAsync(
        async graph =>
        {
            var tenant = await host.TenantAsync();
            var ids = Enumerable.Range(0, graph.Nodes).Select(_ => Guid.CreateVersion7()).ToArray();
            await StoreAsync(tenant, ids, graph);
            var types = graph.Type is { } only ? $"&types={s_types[only]}" : "";
            using var answer = await tenant.Client.GetAsync($"/api/things/{ids[0]}/graph?depth={graph.Depth}&direction={graph.Direction}&limit=1000{types}");
            var body = await answer.OkAsync();

            var (depths, edges) = graph.Search();
            Assert.Equal(
                depths.Select(d => (ids[d.Key], d.Value)).Order(),
                body["nodes"]!.AsArray().Select(n => (((JsonObject)n!).Id(), (int)n!["depth"]!)).Order());
            Assert.Equal(
                edges.Select(e => (ids[e.From], ids[e.To], s_types[e.Type])).Order(),
                body["edges"]!.AsArray().Select(e => (Guid.Parse((string)e!["fromId"]!), Guid.Parse((string)e["toId"]!), (string)e["type"]!)).Order());
            Assert.False((bool)body["truncated"]!);
        },
        iter: 30, threads: 1);

    [Theory]
    [InlineData("out")]
    [InlineData("both")]
    public async Task A_star_stays_inside_its_budget(string direction)
    {
        var tenant = await host.TenantAsync();
        var hub = await StarAsync(tenant, rays: 3_000);
        using var answer = await tenant.Client.GetAsync($"/api/things/{hub}/graph?depth=6&direction={direction}&limit=50");
        var body = await answer.OkAsync();
        Assert.Equal(50, body["nodes"]!.AsArray().Count);
        Assert.InRange(body["edges"]!.AsArray().Count, 49, 200);
        Assert.True((bool)body["truncated"]!);
        Assert.Equal((hub, 0), (Guid.Parse((string)body["nodes"]![0]!["id"]!), (int)body["nodes"]![0]!["depth"]!));
    }

    private async Task<Guid> StarAsync(Tenant tenant, int rays)
    {
        var hub = (await tenant.ThingAsync("hub")).Id();
        await host.Database.ScalarAsync<int>(
            """
            with rays as (
                insert into things (id, group_id, type, name, properties, status, version, created_at, updated_at)
                select gen_random_uuid(), $1, 'note', 'ray', '{}', 'active', 1, now(), now() from generate_series(1, $3) returning id)
            insert into connections (id, group_id, from_id, to_id, type, metadata, version, created_at, updated_at)
            select gen_random_uuid(), $1, $2, id, 'references', '{}', 1, now(), now() from rays
            """, tenant.Group, hub, rays);
        return hub;
    }

    private async Task StoreAsync(Tenant tenant, Guid[] ids, RandomGraph graph)
    {
        await host.Database.ScalarAsync<int>(
            """
            insert into things (id, group_id, type, name, properties, status, version, created_at, updated_at, archived_at)
            select id, $1, 'note', 'n', '{}', 'active', 1, now(), now(), case when gone then now() end from unnest($2, $3) as t(id, gone)
            """, tenant.Group, ids, graph.Gone);
        await host.Database.ScalarAsync<int>(
            """
            insert into connections (id, group_id, from_id, to_id, type, metadata, version, created_at, updated_at)
            select gen_random_uuid(), $1, a, b, type, '{}', 1, now(), now() from unnest($2, $3, $4) as t(a, b, type)
            """, tenant.Group, graph.Edges.Select(e => ids[e.From]).ToArray(), graph.Edges.Select(e => ids[e.To]).ToArray(), graph.Edges.Select(e => s_types[e.Type]).ToArray());
    }

    /// <param name="Gone">Archived things: they are neither shown nor walked through. The first never is.</param>
    /// <param name="Type">The only type walked; null for every one.</param>
    private sealed record RandomGraph(int Nodes, (int From, int To, int Type)[] Edges, bool[] Gone, int Depth, string Direction, int? Type)
    {
        public (Dictionary<int, int> Depths, HashSet<(int From, int To, int Type)> Edges) Search()
        {
            var (depths, edges, queue) = (new Dictionary<int, int> { [0] = 0 }, new HashSet<(int, int, int)>(), new Queue<int>([0]));
            while (queue.TryDequeue(out var node))
            {
                foreach (var edge in Edges.Where(e => depths[node] < Depth && (Type is null || e.Type == Type)))
                {
                    foreach (var other in Ends(edge, node).Where(o => !Gone[o]))
                    {
                        edges.Add(edge);
                        if (depths.TryAdd(other, depths[node] + 1))
                        {
                            queue.Enqueue(other);
                        }
                    }
                }
            }

            return (depths, edges);
        }

        private IEnumerable<int> Ends((int From, int To, int Type) edge, int node)
        {
            if (edge.From == node && Direction != "in")
            {
                yield return edge.To;
            }

            if (edge.To == node && Direction != "out")
            {
                yield return edge.From;
            }
        }
    }
}
