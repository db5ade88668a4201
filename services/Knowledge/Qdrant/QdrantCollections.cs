using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Qdrant;

/// <summary>A collection is not there: if it was, all that it held has to be put in again.</summary>
internal sealed class CollectionMissingException(QdrantSpace space) : Exception($"Qdrant has no collection {space.Collection}.")
{
    public QdrantSpace Space => space;
}

/// <summary>The collections, made when they are first needed.</summary>
internal sealed class QdrantCollections(QdrantClient qdrant)
{
    public const string Dense = "dense";
    public const string Words = "words";

    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    /// <exception cref="CollectionMissingException">It is not there, or no longer.</exception>
    public async Task EnsureAsync(QdrantSpace space, CancellationToken cancellationToken)
    {
        if (_known.ContainsKey(space.Collection))
        {
            return;
        }

        var path = $"collections/{space.Collection}";
        if (!(await qdrant.SendAsync(HttpMethod.Get, $"{path}/exists", null, cancellationToken)).GetProperty("exists").GetBoolean())
        {
            throw new CollectionMissingException(space);
        }

        // Every time a process first meets the collection: whoever made it may have died before its indexes were there.
        await IndexAsync(path, QdrantPayload.Group, isTenant: true, cancellationToken);
        foreach (var field in new[] { QdrantPayload.Labels, QdrantPayload.Thing, QdrantPayload.Document, QdrantPayload.Terms })
        {
            await IndexAsync(path, field, isTenant: null, cancellationToken);
        }

        _known[space.Collection] = true;
    }

    public async Task MakeAsync(QdrantSpace space, CancellationToken cancellationToken)
    {
        try
        {
            await qdrant.SendAsync(HttpMethod.Put, $"collections/{space.Collection}", new
            {
                Vectors = space.Dimensions == 0
                    ? []
                    : new Dictionary<string, object> { [Dense] = new { Size = space.Dimensions, Distance = "Dot" } },
                SparseVectors = new Dictionary<string, object> { [Words] = new { } },
            }, cancellationToken);
        }
        catch (HttpRequestException ex) when (ex.StatusCode == HttpStatusCode.Conflict)
        {
            // Somebody else was quicker.
        }
    }

    public void Forget() => _known.Clear();

    private Task<JsonElement> IndexAsync(string path, string field, bool? isTenant, CancellationToken cancellationToken)
        => qdrant.SendAsync(
            HttpMethod.Put, $"{path}/index?wait=true", new { FieldName = field, FieldSchema = new { Type = "keyword", IsTenant = isTenant } }, cancellationToken);
}
