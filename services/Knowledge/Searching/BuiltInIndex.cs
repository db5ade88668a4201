using System.Text.Json;
using OnePlatform.Knowledge.Index;
using OnePlatform.Knowledge.Search;
using OnePlatform.Querying.Lists;

namespace OnePlatform.Knowledge.Searching;

/// <summary>Rows of PostgreSQL, searched in this process's copies of the groups' indexes.</summary>
internal sealed class BuiltInIndex(IndexReader indexes, SearchRows rows, RankingQueue ranking) : ISearchIndex
{
    public async Task<IReadOnlyList<RankedRow>> RankAsync(Question question, SearchTarget target, int limit, CancellationToken cancellationToken)
    {
        var searched = new List<SearchedIndex>();
        foreach (var (group, index) in await indexes.OpenAsync(target.Groups, cancellationToken))
        {
            var filtered = target.Filter is null ? null : await FilteredAsync(group, index, target.Filter, cancellationToken);
            var linked = target.ThingId is { } thing ? await rows.LinkedAsync([group], thing, cancellationToken) : [];
            searched.Add(new SearchedIndex(group, index, And(AllowedOf(index, target, linked), filtered)));
        }

        return await ranking.RankAsync(new RankingTask(question, searched, limit), cancellationToken);
    }

    public async Task<VectorCentre?> CentreAsync(Guid group, Guid id, CancellationToken cancellationToken)
    {
        foreach (var (_, index) in await indexes.OpenAsync([group], cancellationToken))
        {
            index.Gate.EnterReadLock();
            try
            {
                return index.CentreOf(id) is { } centre ? new VectorCentre(centre.Space.Model, centre.Centre, centre.Rows) : null;
            }
            finally
            {
                index.Gate.ExitReadLock();
            }
        }

        return null;
    }

    private async Task<RowSet> FilteredAsync(Guid group, GroupIndex index, ListPlan filter, CancellationToken cancellationToken)
    {
        var key = JsonSerializer.Serialize(new object[] { filter.Filter, filter.Parameters.Select(p => new[] { p.Name, p.Value }) });
        if (index.Filtered.Find(key) is { } known)
        {
            return known;
        }

        var (change, ids) = await rows.IdsAsync(group, filter, cancellationToken);
        index.Gate.EnterReadLock();
        try
        {
            var set = index.RowsWithIds(ids);
            if (index.Change == change)
            {
                index.Filtered.Keep(key, set);
            }

            return set;
        }
        finally
        {
            index.Gate.ExitReadLock();
        }
    }

    private static RowSet? AllowedOf(GroupIndex index, SearchTarget target, Guid[] linked)
    {
        index.Gate.EnterReadLock();
        try
        {
            RowSet? allowed = null;
            if (target.Labels is { Count: > 0 } labels)
            {
                allowed = index.RowsWithAnyLabel(labels);
            }

            allowed = And(allowed, target.ThingId is { } thing ? index.RowsOfThing(thing).Or(index.RowsOf(linked)) : null);
            return And(allowed, target.DocumentId is { } document ? index.RowsOfDocument(document) : null);
        }
        finally
        {
            index.Gate.ExitReadLock();
        }
    }

    private static RowSet? And(RowSet? left, RowSet? right) => left is null ? right : right is null ? left : left.And(right);
}
