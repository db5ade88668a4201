using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Knowledge.Documents;
using OnePlatform.Knowledge.Http;
using OnePlatform.Knowledge.Quotas;
using OnePlatform.Querying;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Records;

internal static class RecordsEndpoints
{
    public static void MapRecords(this IEndpointRouteBuilder routes)
    {
        var knowledge = routes.MapGroup("/api/knowledge").WithTags("Knowledge");
        knowledge.MapGet("/", List).WithName("ListKnowledge").WithSummary("List knowledge")
            .WithMetadata(RecordList.Definition).Access("knowledge:read", Role.GroupUser);
        knowledge.MapPost("/", Create).WithName("CreateKnowledge").WithSummary("Add a label, a document, a chunk or a vector")
            .Access("knowledge:write", Role.GroupUser).NeedsRoom();
        knowledge.MapGet("/labels", ListLabels).WithName("ListKnowledgeLabels").WithSummary("List labels with how often each is used")
            .Access("knowledge:read", Role.GroupUser);
        knowledge.MapGet("/{id:guid}", Get).WithName("GetKnowledge").WithSummary("Get one row of knowledge").Access("knowledge:read", Role.GroupUser);
        knowledge.MapDelete("/{id:guid}", Delete).WithName("DeleteKnowledge").WithSummary("Delete knowledge; a document goes with its chunks")
            .Access("knowledge:delete", Role.GroupUser).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<ListOk<KnowledgeResponse>, ProblemHttpResult>> List(
        ListQuery query, ActingGroup group, RecordList records, CancellationToken cancellationToken)
    {
        var (page, errors) = await records.ListAsync(group.Id, query, cancellationToken);
        return page is null ? errors.ToProblem() : page;
    }

    private static async Task<Results<Ok<KnowledgeResponse>, NotFound>> Get(
        Guid id, ActingGroup group, RecordStore records, CancellationToken cancellationToken)
        => await records.FindAsync(group.Id, id, cancellationToken) is { } row ? TypedResults.Ok(row) : TypedResults.NotFound();

    private static async Task<Results<CreatedAtRoute<KnowledgeResponse>, ProblemHttpResult>> Create(
        CreateKnowledgeRequest request, ActingGroup group, RecordStore records, DocumentStore documents, Ingestion ingestion, CancellationToken cancellationToken)
    {
        Guid id;
        if (request.Type == KnowledgeTypes.Document)
        {
            if (request.Embedding is not null)
            {
                return Problems.Invalid("/embedding", "invalid", "A document has no vector; its chunks have.");
            }

            var document = new CreateDocumentRequest(request.Title, request.Text ?? "", null, request.Labels, request.ThingId, request.Metadata);
            var atOnce = document.Text.Length <= DocumentStore.AtOnce;
            var (accepted, problem) = await documents.AddAsync(group, DocumentDraft.Of(document), isTold: !atOnce, cancellationToken);
            if (accepted is null)
            {
                return problem!;
            }

            id = accepted.DocumentId;
            if (atOnce)
            {
                await ingestion.RunAsync(group.Id, accepted.JobId, cancellationToken);
            }
        }
        else
        {
            (id, var faults) = await records.CreateAsync(group, request, cancellationToken);
            if (faults.Count > 0)
            {
                return Problems.Invalid(faults);
            }
        }

        return TypedResults.CreatedAtRoute((await records.FindAsync(group.Id, id, cancellationToken))!, "GetKnowledge", new { id });
    }

    private static async Task<Results<NoContent, NotFound, ProblemHttpResult>> Delete(
        Guid id, ActingGroup group, RecordStore records, CancellationToken cancellationToken)
        => await records.RemoveAsync(group, id, cancellationToken) switch
        {
            RemovalOutcome.Removed => TypedResults.NoContent(),
            RemovalOutcome.Absent => TypedResults.NotFound(),
            RemovalOutcome.NotYours => Problems.Forbidden(ProblemCodes.InsufficientRole, "Only its maker and owners of the group delete this."),
            _ => Problems.Conflict("follows_thing", "This follows its thing; change or archive the thing."),
        };

    private static async Task<Ok<LabelList>> ListLabels(ActingGroup group, RecordStore records, CancellationToken cancellationToken)
        => TypedResults.Ok(await records.ListLabelsAsync(group.Id, cancellationToken));
}
