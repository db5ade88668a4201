using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OnePlatform.Querying;
using OnePlatform.Querying.Documents;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.ApiKeys;

internal static class ApiKeysEndpoints
{
    private const string Scope = "api-keys:manage";

    public static void MapApiKeys(this IEndpointRouteBuilder routes)
    {
        var keys = routes.MapGroup("/api/api-keys").WithTags("API keys").Access(Scope, Role.GroupOwner);
        keys.MapGet("/", List).WithName("ListApiKeys").WithSummary("The keys of the acting group; revoked ones with includeArchived");
        keys.MapGet("/{id:guid}", Get).WithName("GetApiKey").WithSummary("One key, without its secret");
        keys.MapPost("/", Create).WithName("CreateApiKey").WithSummary("Makes a key and shows it once");
        keys.MapPatch("/{id:guid}", Update).WithName("UpdateApiKey").WithSummary("Changes name, scopes or limit");
        keys.MapPost("/{id:guid}/rotate", Rotate).WithName("RotateApiKey").WithSummary("Makes a new key in place of this one, which lives on for a grace")
            .ProducesProblem(StatusCodes.Status409Conflict);
        keys.MapDelete("/{id:guid}", Revoke).WithName("RevokeApiKey").WithSummary("Ends a key and the keys it has made, everywhere within a second");
        keys.MapPost("/verify", Verify).WithName("VerifyApiKey").WithSummary("Whether a key of the acting group is good");
    }

    private static async Task<Results<ListOk<ApiKeyResponse>, NotFound, ProblemHttpResult>> List(
        ListQuery query, Caller caller, ApiKeyList list, CancellationToken cancellationToken)
    {
        if (caller.GroupId is not { } group)
        {
            return TypedResults.NotFound();
        }

        var (page, plan, errors) = await list.ListAsync(group, query, cancellationToken);
        return page is null ? errors.ToProblem() : new ListOk<ApiKeyResponse>(page, plan!.Fields);
    }

    private static async Task<Results<Ok<ApiKeyResponse>, NotFound>> Get(
        Guid id, Caller caller, ApiKeyStore store, TimeProvider clock, HttpResponse response, CancellationToken cancellationToken)
        => caller.GroupId is { } group && await store.FindAsync(group, id, cancellationToken) is { } key
            ? TypedResults.Ok(Tagged(ApiKeyResponse.Of(key, clock.GetUtcNow()), response))
            : TypedResults.NotFound();

    private static async Task<Results<Created<ApiKeyResponse>, NotFound, ProblemHttpResult>> Create(
        CreateApiKeyRequest request, Caller caller, ApiKeyStore store, TimeProvider clock, HttpResponse response, CancellationToken cancellationToken)
    {
        if (caller.GroupId is not { } group)
        {
            return TypedResults.NotFound();
        }

        return await store.CreateAsync(group, caller, request, cancellationToken) switch
        {
            KeyOutcome.Done done => TypedResults.Created(
                $"/api/api-keys/{done.Key.Id}", Tagged(ApiKeyResponse.Of(done.Key, clock.GetUtcNow(), done.Text), response)),
            var other => Refuse(other),
        };
    }

    private static async Task<Results<Ok<ApiKeyResponse>, NotFound, ProblemHttpResult>> Update(
        Guid id,
        UpdateApiKeyRequest request,
        IfMatch ifMatch,
        Caller caller,
        ApiKeyStore store,
        TimeProvider clock,
        HttpResponse response,
        CancellationToken cancellationToken)
    {
        if (caller.GroupId is not { } group || await store.FindAsync(group, id, cancellationToken) is not { RevokedAt: null } key)
        {
            return TypedResults.NotFound();
        }

        if (ifMatch.Refuse(key.Id, key.Version, await store.RequiresIfMatchAsync(group, cancellationToken)) is { } refused)
        {
            return refused;
        }

        return await store.UpdateAsync(key, caller, request, cancellationToken) switch
        {
            KeyOutcome.Done done => TypedResults.Ok(Tagged(ApiKeyResponse.Of(done.Key, clock.GetUtcNow()), response)),
            var other => Refuse(other),
        };
    }

    private static async Task<Results<Created<ApiKeyResponse>, NotFound, ProblemHttpResult>> Rotate(
        Guid id,
        Caller caller,
        ApiKeyStore store,
        TimeProvider clock,
        HttpResponse response,
        CancellationToken cancellationToken,
        [FromBody] RotateApiKeyRequest? request = null)
    {
        if (caller.GroupId is not { } group || await store.FindAsync(group, id, cancellationToken) is not { } key)
        {
            return TypedResults.NotFound();
        }

        return await store.RotateAsync(key, caller, request?.GraceSeconds, cancellationToken) switch
        {
            KeyOutcome.Done done => TypedResults.Created(
                $"/api/api-keys/{done.Key.Id}", Tagged(ApiKeyResponse.Of(done.Key, clock.GetUtcNow(), done.Text), response)),
            KeyOutcome.Stale => Problems.Conflict("key_not_active", "The key was rotated or revoked a moment ago."),
            var other => Refuse(other),
        };
    }

    private static async Task<Results<NoContent, NotFound, ProblemHttpResult>> Revoke(
        Guid id, Caller caller, ApiKeyStore store, CancellationToken cancellationToken)
    {
        if (caller.GroupId is not { } group || await store.FindAsync(group, id, cancellationToken) is not { } key)
        {
            return TypedResults.NotFound();
        }

        return await store.RevokeAsync(key, cancellationToken) switch
        {
            KeyOutcome.Done => TypedResults.NoContent(),
            var other => Refuse(other),
        };
    }

    private static async Task<Ok<VerifyApiKeyResponse>> Verify(
        VerifyApiKeyRequest request, Caller caller, ApiKeyStore store, TimeProvider clock, CancellationToken cancellationToken)
    {
        var key = caller.GroupId is { } group && ApiKeyText.IsWellFormed(request.Key)
            ? await store.FindByTextAsync(group, request.Key, cancellationToken)
            : null;
        return TypedResults.Ok(key?.StatusAt(clock.GetUtcNow()) switch
        {
            null => new VerifyApiKeyResponse(Valid: false, "NOT_FOUND"),
            "revoked" => new VerifyApiKeyResponse(Valid: false, "REVOKED"),
            "expired" => new VerifyApiKeyResponse(Valid: false, "EXPIRED"),
            _ => new VerifyApiKeyResponse(Valid: true, "VALID", key.GroupId, key.Scopes),
        });
    }

    private static ApiKeyResponse Tagged(ApiKeyResponse key, HttpResponse response)
    {
        response.Headers.ETag = EntityTag.Of(key.Id, key.Version).ToString();
        return key;
    }

    private static ProblemHttpResult Refuse(KeyOutcome outcome) => outcome switch
    {
        KeyOutcome.Invalid invalid => Problems.Invalid(invalid.Errors),
        KeyOutcome.Wider wider => Problems.Of(
            StatusCodes.Status403Forbidden,
            "wider_than_maker",
            "A key cannot give what it does not have.",
            [new ProblemError($"/{wider.What}", "wider_than_maker", "This goes beyond the key that makes it.")]),
        KeyOutcome.Ended ended => Problems.Unauthorized(ended.Code, ended.Detail),
        KeyOutcome.Conflict conflict => Problems.Conflict(conflict.Code, conflict.Detail),
        KeyOutcome.Stale => Problems.Of(
            StatusCodes.Status412PreconditionFailed, ProblemCodes.Of(412), "The key has changed since it was read. Read it again."),
        _ => Problems.Of(StatusCodes.Status404NotFound, ProblemCodes.Of(404), "There is no such key."),
    };
}
