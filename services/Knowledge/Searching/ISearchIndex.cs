using OnePlatform.Querying.Lists;

namespace OnePlatform.Knowledge.Searching;

/// <summary>Where a search looks, filters and all.</summary>
/// <param name="Labels">Any of them; null for all rows.</param>
/// <param name="Filter">Over the fields of <see cref="Records.RecordList"/>.</param>
internal sealed record SearchTarget(
    IReadOnlyList<Guid> Groups, IReadOnlyList<string>? Labels = null, Guid? ThingId = null, Guid? DocumentId = null, ListPlan? Filter = null);

/// <summary>The middle of some vectors of one model.</summary>
/// <param name="Rows">How many vectors went into it.</param>
internal sealed record VectorCentre(string Model, float[] Vector, int Rows);

/// <summary>
/// What finds rows by words and vectors. Filters come before the ranking, and an answer never misses what was committed before the
/// question.
/// </summary>
internal interface ISearchIndex
{
    /// <returns>The best rows of the target, best first.</returns>
    /// <exception cref="HttpRequestException">The index is away.</exception>
    Task<IReadOnlyList<RankedRow>> RankAsync(Question question, SearchTarget target, int limit, CancellationToken cancellationToken);

    /// <returns>The middle of the vectors of a document's chunks, or the vector of the row itself; null when there is none.</returns>
    /// <exception cref="HttpRequestException">The index is away.</exception>
    Task<VectorCentre?> CentreAsync(Guid group, Guid id, CancellationToken cancellationToken);
}
