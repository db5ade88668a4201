using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Events.Reading;
using OnePlatform.Querying;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Checkpoints;

internal static class CheckpointsEndpoints
{
    public static void MapCheckpoints(this IEndpointRouteBuilder routes)
    {
        var events = routes.MapGroup("/api/events").WithTags("Events").Access("events:read", Role.GroupUser);
        events.MapGet("/checkpoints", ListCheckpoints).WithName("ListCheckpoints").WithSummary("Lists the signed checkpoints of the group's log, the latest first.")
            .WithMetadata(CheckpointStore.List)
            .WithDescription("A checkpoint that you keep tells later whether anything it covers was changed: send its statement to POST /api/events/verify.");
        events.MapGet("/{id:guid}/proof", ProveEvent).WithName("ProveEvent").WithSummary("Proves that an event is part of a checkpoint.")
            .WithDescription(
                "By RFC 9162, section 2.1.3: anybody can check it with SHA-256 alone. Leads to the latest checkpoint, or to the one of the size asked for. "
                + "An event is covered some minutes after it was recorded.");
        events.MapPost("/verify", VerifyLog).WithName("VerifyLog").WithSummary("Checks the log against its checkpoints, and against one that you kept.")
            .WithDescription(
                $"Hashes up to {LogVerification.Most} events again, from one position to another, and compares them with what was kept of them, up to the signed "
                + "root. Begin at 1 and go on with next to look at all of the log. Events that retention has removed are counted, not missed.");
    }

    private static async Task<Results<ListOk<CheckpointResponse>, ProblemHttpResult>> ListCheckpoints(
        ListQuery query, Caller caller, LogScope scope, CheckpointStore store, CancellationToken cancellationToken)
    {
        var (group, refusal) = await scope.EnterAsync(query, caller, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var (page, plan, errors) = await store.ListAsync(group, query, cancellationToken);
        return page is null ? errors.ToProblem() : new ListOk<CheckpointResponse>(page, plan!.Fields);
    }

    private static async Task<Results<Ok<ProofResponse>, NotFound, ProblemHttpResult>> ProveEvent(
        Guid id, long? size, ListQuery query, Caller caller, LogScope scope, CheckpointStore store, CancellationToken cancellationToken)
    {
        if ((await scope.EnterAsync(query, caller, cancellationToken)).Refusal is { } refusal)
        {
            return refusal;
        }

        var (proof, problem) = await store.ProveAsync(id, size, cancellationToken);
        return proof is not null ? TypedResults.Ok(proof) : problem is not null ? problem : TypedResults.NotFound();
    }

    private static async Task<Results<Ok<VerifyLogResponse>, ProblemHttpResult>> VerifyLog(
        VerifyLogRequest request, ListQuery query, Caller caller, LogScope scope, CheckpointStore store, LogVerification verification,
        CancellationToken cancellationToken)
    {
        var (group, refusal) = await scope.EnterAsync(query, caller, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var kept = request.Checkpoint is null ? null : CheckpointSigner.Read(request.Checkpoint);
        if (request.Checkpoint is not null && kept?.Group != group)
        {
            return Problems.Invalid("/checkpoint", "invalid_checkpoint", "The checkpoint is no statement about this group's log.");
        }

        var latest = await store.FindAsync(group, size: null, cancellationToken);
        var size = latest?.Size ?? 0;
        if (request.From > request.To || (latest is not null && request.From > size))
        {
            return Problems.Invalid("/from", "invalid_range", $"The range is empty; the latest checkpoint covers the positions up to {size}.");
        }

        var last = Math.Min(request.To ?? size, size);
        var from = request.From ?? Math.Max(1, last - LogVerification.Most + 1);
        var to = Math.Min(last, from + LogVerification.Most - 1);
        return TypedResults.Ok(await verification.RunAsync(group, from, to, latest, kept, request.Checkpoint, cancellationToken));
    }
}
