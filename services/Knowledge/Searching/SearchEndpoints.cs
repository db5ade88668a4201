using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Knowledge.Http;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Searching;

internal static class SearchEndpoints
{
    public static void MapSearch(this IEndpointRouteBuilder routes)
    {
        var knowledge = routes.MapGroup("/api/knowledge").WithTags("Knowledge");
        knowledge.MapPost("/search", Search).WithName("SearchKnowledge").WithSummary("Find passages by meaning and by words")
            .Access("knowledge:read", Role.GroupUser);
        knowledge.MapGet("/{id:guid}/similar", Similar).WithName("FindSimilarKnowledge").WithSummary("Find what is nearest to a row or a document")
            .Access("knowledge:read", Role.GroupUser);
    }

    private static async Task<Results<Ok<SearchResponse>, NotFound>> Similar(
        Guid id, ActingGroup group, KnowledgeSearch search, CancellationToken cancellationToken, [Range(1, 100)] int limit = 10)
        => await search.SimilarAsync(group.Id, id, limit, cancellationToken) is { } results
            ? TypedResults.Ok(new SearchResponse(results, results.Count))
            : TypedResults.NotFound();

    private static async Task<Results<Ok<SearchResponse>, ProblemHttpResult>> Search(
        SearchRequest request, ActingGroup group, KnowledgeSearch search, CancellationToken cancellationToken)
    {
        var (results, faults) = await search.SearchAsync(group.Id, request, cancellationToken);
        return faults.Count > 0 ? Problems.Invalid(faults) : TypedResults.Ok(new SearchResponse(results, results.Count));
    }
}
