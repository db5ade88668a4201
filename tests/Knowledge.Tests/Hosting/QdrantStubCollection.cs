using System.Text.Json;
using System.Text.Json.Nodes;

namespace OnePlatform.Knowledge.Tests.Hosting;

/// <summary>Points in memory, and Qdrant's filters and scores over them.</summary>
internal sealed class QdrantStubCollection(int? size, bool hasWords)
{
    private readonly Dictionary<string, JsonObject> _points = [];

    public void Put(JsonArray points)
    {
        foreach (var point in points.Select(p => p!.AsObject()))
        {
            var vectors = point["vector"]!.AsObject();
            if (vectors["dense"] is JsonArray dense && dense.Count != size)
            {
                throw new InvalidOperationException($"A vector of {dense.Count} in a collection of {size}.");
            }

            if (vectors["words"] is not null && !hasWords)
            {
                throw new InvalidOperationException("The collection has no sparse vectors.");
            }

            _points[(string)point["id"]!] = point.DeepClone().AsObject();
        }
    }

    public void Remove(JsonNode selector)
    {
        var gone = selector["points"] is JsonArray ids
            ? [.. ids.Select(i => (string)i!)]
            : _points.Where(p => Fits(p.Value, selector["filter"])).Select(p => p.Key).ToList();
        gone.ForEach(id => _points.Remove(id));
    }

    public int CountOf(JsonNode? filter) => _points.Values.Count(p => Fits(p, filter));

    public JsonArray Scroll(JsonNode request) => [.. _points.Values.Where(p => Fits(p, request["filter"])).Take((int)request["limit"]!).Select(p => (JsonNode)new JsonObject
    {
        ["id"] = (string)p["id"]!,
        ["vector"] = new JsonObject(request["with_vector"]!.AsArray().Where(n => p["vector"]![(string)n!] is not null)
            .Select(n => KeyValuePair.Create((string)n!, p["vector"]![(string)n!]?.DeepClone()))),
    })];

    public JsonArray Query(JsonNode request)
    {
        var name = (string)request["using"]!;
        var scored = _points.Values.Where(p => p["vector"]![name] is not null && Fits(p, request["filter"]))
            .Select(p => (Point: p, Score: name == "dense" ? Dot(request["query"]!, p["vector"]![name]!) : SparseDot(request["query"]!, p["vector"]![name]!)))
            .Where(p => p.Score is not null).OrderByDescending(p => p.Score).Take((int)request["limit"]!);
        return [.. scored.Select(p => (JsonNode)new JsonObject
        {
            ["id"] = (string)p.Point["id"]!,
            ["version"] = 1,
            ["score"] = (float)p.Score!,
            ["payload"] = new JsonObject(request["with_payload"]!.AsArray().Select(n => KeyValuePair.Create((string)n!, p.Point["payload"]![(string)n!]?.DeepClone()))),
        })];
    }

    private static double? Dot(JsonNode left, JsonNode right)
        => left.Deserialize<double[]>()!.Zip(right.Deserialize<double[]>()!).Sum(p => p.First * p.Second);

    // A row that shares no word with the query is not found at all.
    private static double? SparseDot(JsonNode left, JsonNode right)
    {
        var row = right["indices"]!.Deserialize<uint[]>()!.Zip(right["values"]!.Deserialize<double[]>()!).ToDictionary(p => p.First, p => p.Second);
        var shared = left["indices"]!.Deserialize<uint[]>()!.Zip(left["values"]!.Deserialize<double[]>()!).Where(p => row.ContainsKey(p.First)).ToList();
        return shared.Count == 0 ? null : shared.Sum(p => p.Second * row[p.First]);
    }

    private static bool Fits(JsonObject point, JsonNode? filter) => filter is null
        || ((filter["must"] is not JsonArray must || must.All(c => Meets(point, c!)))
            && (filter["should"] is not JsonArray should || should.Any(c => Meets(point, c!))));

    private static bool Meets(JsonObject point, JsonNode condition)
    {
        if (condition["has_id"] is JsonArray ids)
        {
            return ids.Any(i => (string)i! == (string)point["id"]!);
        }

        if ((string?)condition["key"] is not { } key)
        {
            return Fits(point, condition);
        }

        var held = point["payload"]?[key] switch
        {
            null => [],
            JsonArray many => many.Select(v => v!.ToJsonString()),
            var one => [one.ToJsonString()],
        };
        var wanted = condition["match"]!["any"] is JsonArray any ? any.Select(v => v!.ToJsonString()) : [condition["match"]!["value"]!.ToJsonString()];
        return held.Intersect(wanted).Any();
    }
}
