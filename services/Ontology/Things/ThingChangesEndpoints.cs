using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Http;
using OnePlatform.Querying.Documents;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things;

internal static class ThingChangesEndpoints
{
    // Each attempt that fails means that another writer succeeded.
    private const int MostAttempts = 10;

    public static void MapThingChanges(this RouteGroupBuilder things)
    {
        things.MapPatch("/{id:guid}", Change).WithName("UpdateThing").WithSummary("Change a thing (merge patch)").Access("things:write", Role.GroupUser)
            .Accepts<ThingPatch>("application/merge-patch+json", "application/json").ProducesProblem(StatusCodes.Status409Conflict);
        things.MapDelete("/{id:guid}", Archive).WithName("ArchiveThing").WithSummary("Archive a thing with its connections")
            .Access("things:delete", Role.GroupUser);
        things.MapPost("/{id:guid}/restore", Restore).WithName("RestoreThing").WithSummary("Bring an archived thing and its connections back")
            .Access("things:write", Role.GroupUser).ProducesProblem(StatusCodes.Status409Conflict);
        things.MapPut("/by-external-id/{externalId}", Put).WithName("PutThingByExternalId").WithSummary("Create or replace by external id")
            .Access("things:write", Role.GroupUser).ProducesProblem(StatusCodes.Status409Conflict);
        things.MapGet("/{id:guid}/events", Events).WithName("ListThingEvents").WithSummary("What happened to a thing")
            .Produces(StatusCodes.Status200OK, contentType: "application/json").Access("things:read", Role.GroupUser);
    }

    public static async Task<Results<VersionedOk<ThingResponse>, NotFound, ProblemHttpResult>> Change(
        Guid id, JsonObjectBody body, IfMatch ifMatch, ActingGroup group, ThingChanges things, ThingArchive archive, CancellationToken cancellationToken,
        bool? strict = null)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await things.FindAsync(group.Id, id, cancellationToken) is not { } found)
            {
                return TypedResults.NotFound();
            }

            if (Refuse(found, group.Caller, ifMatch) is { } refused)
            {
                return refused;
            }

            if (found.Thing.ArchivedAt is not null)
            {
                return Problems.Conflict("archived", "The thing is archived; restore it first.");
            }

            var (changed, problem) = await things.PatchAsync(found, body, strict, cancellationToken);
            if (problem is not null)
            {
                return problem;
            }

            if (changed is { Status: ThingStatus.Archived, ArchivedAt: null })
            {
                // Archiving by status takes the connections along, as DELETE does.
                changed = await archive.ArchiveAsync(found.Thing, cancellationToken);
            }

            if (changed is not null)
            {
                return new VersionedOk<ThingResponse>(changed);
            }
        }

        return ThingProblems.Contended();
    }

    internal static async Task<Results<NoContent, NotFound, ProblemHttpResult>> Archive(
        Guid id, IfMatch ifMatch, ActingGroup group, ThingChanges things, ThingArchive archive, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await things.FindAsync(group.Id, id, cancellationToken) is not { } found)
            {
                return TypedResults.NotFound();
            }

            if (Refuse(found, group.Caller, ifMatch) is { } refused)
            {
                return refused;
            }

            if (found.Thing.ArchivedAt is not null || await archive.ArchiveAsync(found.Thing, cancellationToken) is not null)
            {
                return TypedResults.NoContent();
            }
        }

        return ThingProblems.Contended();
    }

    internal static async Task<Results<VersionedOk<ThingResponse>, NotFound, ProblemHttpResult>> Restore(
        Guid id, IfMatch ifMatch, ActingGroup group, ThingChanges things, ThingArchive archive, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await things.FindAsync(group.Id, id, cancellationToken) is not { } found)
            {
                return TypedResults.NotFound();
            }

            if (Refuse(found, group.Caller, ifMatch) is { } refused)
            {
                return refused;
            }

            if (found.Thing.ArchivedAt is null)
            {
                return Problems.Conflict("not_archived", "The thing is not archived.");
            }

            var (restored, problem) = await archive.RestoreAsync(found.Thing, cancellationToken);
            if (problem is not null)
            {
                return problem;
            }

            if (restored is not null)
            {
                return new VersionedOk<ThingResponse>(restored);
            }
        }

        return ThingProblems.Contended();
    }

    private static async Task<Results<VersionedOk<ThingResponse>, VersionedCreated<ThingResponse>, ProblemHttpResult>> Put(
        [StringLength(200, MinimumLength = 1)] string externalId, PutThingRequest request, IfMatch ifMatch, ActingGroup group, ThingChanges things,
        ThingStore store, CancellationToken cancellationToken, bool? strict = null)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await things.FindByExternalIdAsync(group.Id, externalId, cancellationToken) is not { } found)
            {
                var create = new CreateThingRequest(request.Type, request.Name, request.Properties, request.Status, externalId);
                var outcome = await store.CreateAsync(group.Caller, group.Id, create, strict, cancellationToken);
                if (outcome.Thing is { } thing)
                {
                    return new VersionedCreated<ThingResponse>($"/api/things/{thing.Id}", thing);
                }

                if (outcome.Refusal != ThingRefusal.ExternalIdTaken)
                {
                    return ThingProblems.Of(outcome);
                }

                // Another writer created it meanwhile: now there is one to replace.
                continue;
            }

            if (Refuse(found, group.Caller, ifMatch) is { } refused)
            {
                return refused;
            }

            var (changed, problem) = await things.ReplaceAsync(found, request, strict, cancellationToken);
            if (problem is not null)
            {
                return problem;
            }

            if (changed is not null)
            {
                return new VersionedOk<ThingResponse>(changed);
            }
        }

        return ThingProblems.Contended();
    }

    private static async Task<Results<ContentHttpResult, NotFound, ProblemHttpResult>> Events(
        Guid id, ActingGroup group, ThingStore things, EventLog log, HttpContext context, CancellationToken cancellationToken)
    {
        if (await things.FindAsync(group.Caller, group.Id, id, cancellationToken) is null)
        {
            return TypedResults.NotFound();
        }

        return await log.OfTargetAsync(id, context, cancellationToken) is { } answer
            ? TypedResults.Content(answer.Body, answer.MediaType, statusCode: answer.Status)
            : EventLog.Unavailable(context);
    }

    private static ProblemHttpResult? Refuse(FoundThing found, Caller caller, IfMatch ifMatch)
        => ThingProblems.RefuseChange(caller, found.Thing, found.Group)
            ?? ifMatch.Refuse(found.Thing.Id, found.Thing.Version, found.Group.RequireIfMatch);
}
