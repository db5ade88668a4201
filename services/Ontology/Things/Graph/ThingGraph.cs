using Npgsql;
using NpgsqlTypes;
using OnePlatform.Ontology.Data;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things.Graph;

/// <param name="Depth">Steps from the thing asked about.</param>
public sealed record GraphNode(Guid Id, string Type, string Name, string Status, int Depth);

public sealed record GraphEdge(Guid Id, Guid FromId, Guid ToId, string Type);

/// <param name="Truncated">More was there than the limit allows; what is here was nearest.</param>
public sealed record GraphResponse(IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphEdge> Edges, bool Truncated);

/// <summary>Walks connections breadth first, one query a step, and stops when its budget of nodes or edges is spent.</summary>
internal sealed class ThingGraph(NpgsqlDataSource dataSource, TenantScope scope)
{
    private const int EdgesPerNode = 4;

    public async Task<GraphResponse> WalkAsync(
        Caller caller, ThingResponse start, int depth, string direction, string[]? types, int limit, CancellationToken cancellationToken)
    {
        var nodes = new Dictionary<Guid, GraphNode> { [start.Id] = new(start.Id, start.Type, start.Name, start.Status, 0) };
        var edges = new Dictionary<Guid, GraphEdge>();
        var frontier = new List<Guid> { start.Id };
        var mostEdges = limit * EdgesPerNode;
        for (var step = 1; step <= depth && frontier.Count > 0; step++)
        {
            var next = new List<Guid>();
            await foreach (var (edge, other) in StepAsync(caller, start.GroupId, frontier, direction, types, mostEdges + edges.Count + 1, step, cancellationToken))
            {
                if (edges.ContainsKey(edge.Id))
                {
                    continue;
                }

                var isNew = !nodes.ContainsKey(other.Id);
                if (edges.Count == mostEdges || (isNew && nodes.Count == limit))
                {
                    return new GraphResponse([.. nodes.Values], [.. edges.Values], Truncated: true);
                }

                edges.Add(edge.Id, edge);
                if (isNew)
                {
                    nodes.Add(other.Id, other);
                    next.Add(other.Id);
                }
            }

            frontier = next;
        }

        return new GraphResponse([.. nodes.Values], [.. edges.Values], Truncated: false);
    }

    private async IAsyncEnumerable<(GraphEdge Edge, GraphNode Other)> StepAsync(
        Caller caller, Guid groupId, List<Guid> frontier, string direction, string[]? types, int most, int depth,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        foreach (var (near, far) in direction switch
        {
            "out" => new[] { ("from_id", "to_id") },
            "in" => [("to_id", "from_id")],
            _ => [("from_id", "to_id"), ("to_id", "from_id")],
        })
        {
            // What the caller may not see is neither shown nor walked through. Each thing's edges are read in the order of the index
            // and no further than the budget, so that one with very many costs no more than the rest.
            var command = new NpgsqlBatchCommand(
                $"""
                 select e.* from unnest(@frontier) with ordinality as f(id, place) cross join lateral (
                     select c.id, c.from_id, c.to_id, c.type, o.id as other_id, o.type as other_type, o.name, o.status
                     from connections c join things o on o.id = c.{far} and o.group_id = @group_id and o.archived_at is null and {ThingSight.Of(caller, "o")}
                     where c.group_id = @group_id and c.archived_at is null and c.{near} = f.id and (@types::text[] is null or c.type = any(@types))
                     order by c.type, c.{far} limit @most) e
                 order by f.place, e.type, e.other_id limit @most
                 """);
            command.Parameters.AddUuid("group_id", groupId);
            command.Parameters.AddAll("frontier", NpgsqlDbType.Uuid, frontier);
            command.Parameters.Add(new NpgsqlParameter("types", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = (object?)types ?? DBNull.Value });
            command.Parameters.Add(new NpgsqlParameter<int>("most", most));
            batch.BatchCommands.Add(command);
        }

        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        while (await row.NextResultAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
            {
                yield return (
                    new GraphEdge(row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.GetString(3)),
                    new GraphNode(row.GetGuid(4), row.GetString(5), row.GetString(6), row.GetString(7), depth));
            }
        }
    }
}
