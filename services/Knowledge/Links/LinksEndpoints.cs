using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Knowledge.Http;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Links;

/// <param name="Role">What the knowledge is to the thing.</param>
public sealed record LinkRequest(
    [property: Required] Guid? ThingId,
    [property: Required] Guid? KnowledgeId,
    [property: Required, AllowedValues("label", "summary", "chunk_of", "caption", "keyword")] string Role);

public sealed record LinkResponse(Guid ThingId, Guid KnowledgeId, string Role, DateTimeOffset CreatedAt);

internal static class LinksEndpoints
{
    public static void MapLinks(this IEndpointRouteBuilder routes)
    {
        var links = routes.MapGroup("/api/knowledge/links").WithTags("Knowledge");
        links.MapPost("/", Create).WithName("LinkKnowledge").WithSummary("Link knowledge to a thing")
            .Access("knowledge:write", Role.GroupUser).ProducesProblem(StatusCodes.Status409Conflict);
        links.MapDelete("/", Delete).WithName("UnlinkKnowledge").WithSummary("Take a link away").Access("knowledge:write", Role.GroupUser);
    }

    private static async Task<Results<Created<LinkResponse>, NotFound, ProblemHttpResult>> Create(
        LinkRequest request, ActingGroup group, LinkStore links, CancellationToken cancellationToken)
        => await links.AddAsync(group, request, cancellationToken) switch
        {
            { Link: { } link } => TypedResults.Created($"/api/knowledge?thingId={link.ThingId}", link),
            { Exists: true } => Problems.Conflict("link_exists", "This link is there already."),
            _ => TypedResults.NotFound(),
        };

    private static async Task<Results<NoContent, NotFound>> Delete(
        Guid thingId, Guid knowledgeId, string role, ActingGroup group, LinkStore links, CancellationToken cancellationToken)
        => await links.RemoveAsync(group, thingId, knowledgeId, role, cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound();
}
