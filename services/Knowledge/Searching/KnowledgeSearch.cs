using Microsoft.Extensions.Primitives;
using OnePlatform.Knowledge.Data;
using OnePlatform.Knowledge.Embedding;
using OnePlatform.Knowledge.Records;
using OnePlatform.Querying.Lists;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Knowledge.Searching;

/// <summary>Answers a search: what is asked, where to look, and the passages to show.</summary>
internal sealed class KnowledgeSearch(
    KnowledgeDb db, ISearchIndex index, SearchRows rows, RecordStore records, CursorSigner cursors, Embedder embedder)
{
    // Neighbouring chunks become one result, so more are ranked than are shown.
    private const int RankedPerResult = 3;

    // The chunks of a row's own document are near it and are not shown.
    private const int OwnChunks = 200;

    public async Task<(IReadOnlyList<SearchResult> Results, IReadOnlyList<ProblemError> Faults)> SearchAsync(
        Guid groupId, SearchRequest request, CancellationToken cancellationToken)
    {
        var (question, faults) = await AskAsync(request, cancellationToken);
        ListPlan? filter = null;
        if (!string.IsNullOrWhiteSpace(request.Filter))
        {
            var query = ListQuery.From(new QueryCollection(new Dictionary<string, StringValues> { ["filter"] = request.Filter }));
            if (!RecordList.Definition.TryPlan(query, groupId, cursors, out filter, out var errors))
            {
                faults = [.. faults, .. errors.Select(e => new ProblemError(e.Pointer, e.Code, e.Detail, e.Position))];
            }
        }

        if (request.Labels is { } labels && labels.Any(string.IsNullOrEmpty))
        {
            faults = [.. faults, new ProblemError("/labels", "invalid", "A label has at least one character.")];
        }

        if (faults.Count > 0)
        {
            return ([], faults);
        }

        if (request.Scope == "subtree")
        {
            await db.WidenToSubtreeAsync(cancellationToken);
        }

        var target = new SearchTarget(db.Scope.Groups, request.Labels, request.ThingId, request.DocumentId, filter);
        var ranked = await index.RankAsync(question!, target, Math.Max(request.Limit * RankedPerResult, 50), cancellationToken);
        if (request.Threshold is { } threshold)
        {
            ranked = [.. ranked.Where(r => r.Score >= threshold)];
        }

        return (await rows.ShowAsync(question!.Text, ranked, request.Limit, request.Explain, cancellationToken), []);
    }

    /// <returns>Rows whose vectors are nearest to that of a row, or of a document's chunks together; null when there is no such row.</returns>
    public async Task<IReadOnlyList<SearchResult>?> SimilarAsync(Guid groupId, Guid id, int limit, CancellationToken cancellationToken)
    {
        if (await records.FindAsync(groupId, id, cancellationToken) is not { } row)
        {
            return null;
        }

        if (await index.CentreAsync(groupId, id, cancellationToken) is not { } centre || Embedder.UnitOf(centre.Vector) is not { } vector)
        {
            return [];
        }

        var question = new Question(SearchMode.Vector, row.Type == KnowledgeTypes.Document ? "" : row.Text ?? "", vector, centre.Model, 1);
        var ranked = await index.RankAsync(question, new SearchTarget([groupId]), (limit * RankedPerResult) + centre.Rows + OwnChunks, cancellationToken);
        return await rows.ShowAsync("", ranked, limit, explain: false, cancellationToken, without: row.DocumentId ?? row.Id);
    }

    private async Task<(Question? Question, List<ProblemError> Faults)> AskAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        var text = request.Query?.Trim() ?? "";
        var mode = request.Mode switch
        {
            "vector" => SearchMode.Vector,
            "keyword" => SearchMode.Keyword,
            "hybrid" => SearchMode.Hybrid,
            _ => text.Length == 0 && request.Embedding is not null ? SearchMode.Vector : SearchMode.Hybrid,
        };
        if (text.Length == 0 && (request.Embedding is null || mode != SearchMode.Vector))
        {
            return (null, [new ProblemError("/query", "required", "A search needs a query; in vector mode an embedding will do.")]);
        }

        var given = request.Embedding is null ? null : Embedder.UnitOf(request.Embedding);
        if (request.Embedding is not null && given is null)
        {
            return (null, [new ProblemError("/embedding", "invalid", "A vector needs a direction: finite numbers, not all of them zero.")]);
        }

        if (given is not null || mode == SearchMode.Keyword)
        {
            return (new Question(mode, text, given, request.EmbeddingModel, embedder.FusionWeight), []);
        }

        var vector = (await embedder.EmbedAsync([text], cancellationToken))[0];
        return (new Question(mode, text, vector, embedder.Model, embedder.FusionWeight), []);
    }
}
