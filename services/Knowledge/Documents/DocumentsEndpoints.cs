using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OnePlatform.Knowledge.Http;
using OnePlatform.Knowledge.Quotas;
using OnePlatform.Knowledge.Reading;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Documents;

internal static class DocumentsEndpoints
{
    // Over the limit of a document, so that its own refusal is the one a caller reads.
    private const int LargestUpload = 27 * 1024 * 1024;

    public static void MapDocuments(this IEndpointRouteBuilder routes)
    {
        var knowledge = routes.MapGroup("/api/knowledge").WithTags("Knowledge");
        knowledge.MapPost("/documents", CreateDocument).WithName("CreateDocument").WithSummary("Add a document and have it indexed")
            .Access("knowledge:write", Role.GroupUser).NeedsRoom();
        knowledge.MapPost("/documents", UploadDocument).WithName("UploadDocument").WithSummary("Upload a text, Markdown, HTML, PDF or DOCX file")
            .Access("knowledge:write", Role.GroupUser).NeedsRoom().DisableAntiforgery().WithMetadata(new RequestSizeLimitAttribute(LargestUpload))
            // A request that states no media type fits both; it is told to send JSON.
            .WithOrder(1);
        knowledge.MapPut("/documents/{id:guid}", ReplaceDocument).WithName("ReplaceDocument").WithSummary("Replace a document; only what differs is indexed anew")
            .Access("knowledge:write", Role.GroupUser).NeedsRoom();
        knowledge.MapGet("/jobs/{id:guid}", GetJob).WithName("GetKnowledgeJob").WithSummary("Get the state of an indexing job")
            .Access("knowledge:read", Role.GroupUser);
        knowledge.MapGet("/jobs/{id:guid}/stream", FollowJob).WithName("FollowKnowledgeJob").WithSummary("Follow an indexing job as server-sent events until it ends")
            .WithDescription("An event named job whenever the job has changed, its data as GetKnowledgeJob answers; the stream ends with the job.")
            .Produces<SseItem<JobResponse>>(contentType: "text/event-stream")
            .Access("knowledge:read", Role.GroupUser);
    }

    private static async Task<Results<Accepted<AcceptedDocument>, ProblemHttpResult>> CreateDocument(
        CreateDocumentRequest request, ActingGroup group, DocumentStore documents, CancellationToken cancellationToken)
    {
        var (accepted, problem) = await documents.AddAsync(group, DocumentDraft.Of(request), isTold: true, cancellationToken);
        return accepted is null ? problem! : TypedResults.Accepted($"/api/knowledge/jobs/{accepted.JobId}", accepted);
    }

    private static async Task<Results<Accepted<AcceptedDocument>, ProblemHttpResult>> UploadDocument(
        IFormFile file, IFormCollection form, ActingGroup group, DocumentStore documents, CancellationToken cancellationToken)
    {
        if (!TryReadMetadata(form["metadata"], out var metadata))
        {
            return Problems.Invalid("/metadata", "invalid", "This field holds a JSON object.");
        }

        if (form["thingId"].ToString() is { Length: > 0 } text && !Guid.TryParse(text, out _))
        {
            return Problems.Invalid("/thingId", "invalid", "This field holds the id of a thing.");
        }

        var content = new byte[file.Length];
        await using (var stream = file.OpenReadStream())
        {
            await stream.ReadExactlyAsync(content, cancellationToken);
        }

        var draft = new DocumentDraft(
            form["title"].ToString().Trim() is { Length: > 0 } title ? title : null, content, DocumentReaders.FormatOf(content, file.ContentType, file.FileName), "/file",
            form["labels"].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            Guid.TryParse(form["thingId"], out var thing) ? thing : null, metadata,
            PlainText.Storable(Path.GetFileName(file.FileName)));
        var (accepted, problem) = await documents.AddAsync(group, draft, isTold: true, cancellationToken);
        return accepted is null ? problem! : TypedResults.Accepted($"/api/knowledge/jobs/{accepted.JobId}", accepted);
    }

    private static async Task<Results<Accepted<AcceptedDocument>, NotFound, ProblemHttpResult>> ReplaceDocument(
        Guid id, CreateDocumentRequest request, ActingGroup group, DocumentStore documents, CancellationToken cancellationToken)
    {
        var (accepted, problem) = await documents.ReplaceAsync(group, id, DocumentDraft.Of(request), cancellationToken);
        return accepted is not null
            ? TypedResults.Accepted($"/api/knowledge/jobs/{accepted.JobId}", accepted)
            : problem is not null ? problem : TypedResults.NotFound();
    }

    private static async Task<Results<Ok<JobResponse>, NotFound>> GetJob(
        Guid id, ActingGroup group, JobStore jobs, CancellationToken cancellationToken)
        => await jobs.FindAsync(group.Id, id, cancellationToken) is { } job ? TypedResults.Ok(job) : TypedResults.NotFound();

    private static async Task<Results<JobStream, NotFound>> FollowJob(
        Guid id, ActingGroup group, JobStore jobs, CancellationToken cancellationToken)
        => await jobs.FindAsync(group.Id, id, cancellationToken) is { } job
            ? new JobStream(jobs.FollowAsync(group.Id, job, cancellationToken))
            : TypedResults.NotFound();

    private static bool TryReadMetadata(string? text, out JsonElement? metadata)
    {
        metadata = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            return true;
        }

        try
        {
            metadata = JsonElement.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
