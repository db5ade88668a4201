using System.Collections.Concurrent;
using System.Text.Json;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Qdrant;

/// <summary>The collections, made when they are first needed.</summary>
internal sealed class QdrantCollections(QdrantClient qdrant)
{
    public const string Dense = "dense";
    public const string Words = "words";

    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    /// <returns>True when the collection was not there: what it held before, if it was lost, has to be put in again.</returns>
    public async Task<bool> EnsureAsync(QdrantSpace space, CancellationToken cancellationToken)
    {
        if (_known.ContainsKey(space.Collection))
        {
            return false;
        }

        var path = $"collections/{space.Collection}";
        var there = (await qdrant.SendAsync(HttpMethod.Get, $"{path}/exists", null, cancellationToken)).GetProperty("exists").GetBoolean();
        if (!there)
        {
            await qdrant.SendAsync(HttpMethod.Put, path, new
            {
                Vectors = space.Dimensions == 0
                    ? []
                    : new Dictionary<string, object> { [Dense] = new { Size = space.Dimensions, Distance = "Dot" } },
                SparseVectors = new Dictionary<string, object> { [Words] = new { } },
            }, cancellationToken);
        }

        // Every time a process first meets the collection: whoever made it may have died before its indexes were there.
        await IndexAsync(path, QdrantPayload.Group, isTenant: true, cancellationToken);
        foreach (var field in new[] { QdrantPayload.Labels, QdrantPayload.Thing, QdrantPayload.Document, QdrantPayload.Terms })
        {
            await IndexAsync(path, field, isTenant: null, cancellationToken);
        }

        _known[space.Collection] = true;
        return !there;
    }

    public void Forget() => _known.Clear();

    private Task<JsonElement> IndexAsync(string path, string field, bool? isTenant, CancellationToken cancellationToken)
        => qdrant.SendAsync(
            HttpMethod.Put, $"{path}/index?wait=true", new { FieldName = field, FieldSchema = new { Type = "keyword", IsTenant = isTenant } }, cancellationToken);
}
