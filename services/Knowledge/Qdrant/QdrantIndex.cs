using System.Net;
using System.Numerics.Tensors;
using System.Text.Json;
using OnePlatform.Knowledge.Search;
using OnePlatform.Knowledge.Searching;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Qdrant;

/// <summary>Rows of PostgreSQL, searched in Qdrant. Its exact search is asked for: a filter or a graph never costs a result.</summary>
internal sealed class QdrantIndex(QdrantClient qdrant, QdrantFeed feed, SearchRows rows, TenantScope scope) : ISearchIndex
{
    // The words of a longer question add little and cost a request each.
    private const int MostTerms = 64;

    // Qdrant's own ceiling of one answer is far higher; a document of more chunks has its middle where these have it.
    private const int MostVectors = 1000;

    public Task<IReadOnlyList<RankedRow>> RankAsync(Question question, SearchTarget target, int limit, CancellationToken cancellationToken)
        => OnWholeAsync<IReadOnlyList<RankedRow>>(target.Groups, async (spaces, groups) =>
        {
            if (groups.Count == 0)
            {
                return [];
            }

            target = target with { Groups = groups };
            var filtered = target.Filter is null ? null : await FilteredAsync(target, cancellationToken);
            var linked = target.ThingId is { } thing ? await rows.LinkedAsync(target.Groups, thing, cancellationToken) : [];
            var depth = Ranking.DepthOf(question, limit);
            var filter = QdrantPayload.FilterOf(target, filtered, linked);
            var vector = question.Mode == SearchMode.Keyword ? [] : await ByVectorAsync(question, spaces, filter, depth, cancellationToken);
            var keyword = question.Mode == SearchMode.Vector ? [] : await ByKeywordAsync(question, target, spaces, filter, depth, cancellationToken);
            return Ranking.Combine(question, vector, keyword, limit);
        }, cancellationToken);

    public Task<VectorCentre?> CentreAsync(Guid group, Guid id, CancellationToken cancellationToken)
        => OnWholeAsync<VectorCentre?>([group], async (spaces, groups) =>
        {
            var filter = new
            {
                Must = new[] { QdrantPayload.Is(QdrantPayload.Group, group) },
                Should = new object[] { new { HasId = new[] { id } }, QdrantPayload.Is(QdrantPayload.Document, id) },
            };
            foreach (var space in spaces.Where(s => s.Dimensions > 0 && groups.Count > 0))
            {
                var found = await qdrant.SendAsync(
                    HttpMethod.Post, $"collections/{space.Collection}/points/scroll",
                    new { Limit = MostVectors, Filter = filter, WithPayload = false, WithVector = new[] { QdrantCollections.Dense } }, cancellationToken);
                var vectors = found.GetProperty("points").EnumerateArray()
                    .Select(p => p.GetProperty("vector").GetProperty(QdrantCollections.Dense).Deserialize<float[]>()!).ToList();
                if (vectors.Count > 0)
                {
                    var centre = new float[space.Dimensions];
                    vectors.ForEach(vector => TensorPrimitives.Add(centre, vector, centre));
                    return new VectorCentre(space.Model, centre, vectors.Count);
                }
            }

            return null;
        }, cancellationToken);

    private async Task<T> OnWholeAsync<T>(
        IReadOnlyList<Guid> groups, Func<IReadOnlyList<QdrantSpace>, IReadOnlyList<Guid>, Task<T>> ask, CancellationToken cancellationToken)
    {
        var own = new TenantScope();
        own.ActIn(groups);
        try
        {
            var (spaces, active) = await feed.SyncAsync(own, cancellationToken);
            return await ask(spaces, active);
        }
        catch (HttpRequestException ex) when (ex.StatusCode == HttpStatusCode.NotFound)
        {
            // A collection that was there is gone. What it held is in PostgreSQL.
            await feed.StartAgainAsync(cancellationToken);
            var (spaces, active) = await feed.SyncAsync(own, cancellationToken);
            return await ask(spaces, active);
        }
    }

    private async Task<Guid[]> FilteredAsync(SearchTarget target, CancellationToken cancellationToken)
    {
        var ids = new List<Guid>();
        foreach (var group in target.Groups)
        {
            ids.AddRange((await rows.IdsAsync(group, target.Filter!, cancellationToken)).Ids);
        }

        return [.. ids];
    }

    private Task<List<FoundRow>> ByVectorAsync(
        Question question, IEnumerable<QdrantSpace> spaces, object filter, int depth, CancellationToken cancellationToken)
        => question.Vector is { } vector
            ? QueryAsync(
                spaces.Where(s => s.Dimensions == vector.Length && (question.Model is null || s.Model == question.Model)),
                vector, QdrantCollections.Dense, filter, depth, cancellationToken)
            : Task.FromResult<List<FoundRow>>([]);

    private async Task<List<FoundRow>> ByKeywordAsync(
        Question question, SearchTarget target, IReadOnlyList<QdrantSpace> spaces, object filter, int depth, CancellationToken cancellationToken)
    {
        var terms = QdrantWords.OfQuery(question.Text).Take(MostTerms).ToList();
        var everywhere = new SearchTarget(target.Groups);
        var all = await CountAsync(spaces, QdrantPayload.FilterOf(everywhere, null, []), cancellationToken);
        var counts = await Task.WhenAll(terms.Select(term => CountAsync(
            spaces, QdrantPayload.FilterOf(everywhere, null, [], QdrantPayload.Is(QdrantPayload.Terms, term.Text)), cancellationToken)));
        var query = QdrantWords.Sum(terms.Zip(counts).Where(t => t.Second > 0).Select(t => (t.First.Text, t.First.Count * Bm25.Idf(all, t.Second))));
        return query.Indices.Count == 0 ? [] : await QueryAsync(spaces, query, QdrantCollections.Words, filter, depth, cancellationToken);
    }

    private async Task<long> CountAsync(IEnumerable<QdrantSpace> spaces, object filter, CancellationToken cancellationToken)
    {
        var count = 0L;
        foreach (var space in spaces)
        {
            var counted = await qdrant.SendAsync(
                HttpMethod.Post, $"collections/{space.Collection}/points/count", new { Filter = filter, Exact = true }, cancellationToken);
            count += counted.GetProperty("count").GetInt64();
        }

        return count;
    }

    private async Task<List<FoundRow>> QueryAsync(
        IEnumerable<QdrantSpace> spaces, object query, string vector, object filter, int depth, CancellationToken cancellationToken)
    {
        var found = new List<FoundRow>();
        foreach (var space in spaces)
        {
            var answer = await qdrant.SendAsync(HttpMethod.Post, $"collections/{space.Collection}/points/query", new
            {
                Query = query,
                Using = vector,
                Filter = filter,
                Limit = depth,
                Params = new { Exact = true },
                WithPayload = new[] { QdrantPayload.Group },
            }, cancellationToken);
            found.AddRange(answer.GetProperty("points").EnumerateArray().Select(p => new FoundRow(
                p.GetProperty("id").GetGuid(), p.GetProperty("payload").GetProperty(QdrantPayload.Group).GetGuid(), p.GetProperty("score").GetDouble())));
        }

        // Whatever Qdrant answers, a row of another group is not shown.
        return [.. found.Where(f => scope.Groups.Contains(f.Group)).OrderByDescending(f => f.Score).ThenBy(f => f.Id).Take(depth)];
    }
}
