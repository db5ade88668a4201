using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Events.Types;
using OnePlatform.Querying;
using OnePlatform.Querying.Documents;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Webhooks;

internal static class WebhooksEndpoints
{
    private const string Get = "GetWebhook";

    // Each attempt that fails means that another change succeeded.
    private const int MostAttempts = 10;

    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        var webhooks = routes.MapGroup("/api/webhooks").WithTags("Webhooks").Access("webhooks:manage", Role.GroupOwner);
        webhooks.MapGet("/", ListWebhooks).WithName("ListWebhooks").WithSummary("Lists the group's webhooks.");
        webhooks.MapPost("/", CreateWebhook).WithName("CreateWebhook").WithSummary("Adds an address to send events to; shows its secret once.")
            .ProducesProblem(StatusCodes.Status409Conflict);
        webhooks.MapGet("/{id:guid}", GetWebhook).WithName(Get).WithSummary("Reads a webhook.");
        webhooks.MapPatch("/{id:guid}", UpdateWebhook).WithName("UpdateWebhook").WithSummary("Changes, disables or enables a webhook.")
            .WithDescription("A merge patch of url, types, description, ordered and enabled. Enabled again, it goes on where it stopped.")
            .Accepts<WebhookSettings>("application/merge-patch+json", "application/json")
            .ProducesProblem(StatusCodes.Status409Conflict);
        webhooks.MapDelete("/{id:guid}", DeleteWebhook).WithName("DeleteWebhook").WithSummary("Removes a webhook and its delivery log.")
            .ProducesProblem(StatusCodes.Status409Conflict);
        webhooks.MapPost("/{id:guid}/rotate-secret", RotateSecret).WithName("RotateWebhookSecret")
            .WithSummary("Makes a new secret; both sign for a day.").ProducesProblem(StatusCodes.Status409Conflict);
    }

    /// <summary>The problem of a request by a credential that acts in no group.</summary>
    internal static Guid GroupOf(Caller caller)
        => caller.GroupId ?? throw new BadHttpRequestException("The credential acts in no group; switch to one first.", StatusCodes.Status403Forbidden);

    private static async Task<Results<ListOk<WebhookResponse>, ProblemHttpResult>> ListWebhooks(
        ListQuery query, Caller caller, WebhookStore webhooks, CancellationToken cancellationToken)
    {
        var (page, plan, errors) = await webhooks.ListAsync(GroupOf(caller), query, cancellationToken);
        return page is null ? errors.ToProblem() : new ListOk<WebhookResponse>(page, plan!.Fields);
    }

    private static async Task<Results<CreatedAtRoute<WebhookResponse>, ProblemHttpResult>> CreateWebhook(
        CreateWebhookRequest request, Caller caller, HttpContext context, WebhookStore webhooks, ReceiverAddresses addresses,
        CancellationToken cancellationToken)
    {
        var group = GroupOf(caller);
        var (types, problem) = await CheckAsync(request.Url, request.Types, addresses, cancellationToken);
        if (problem is not null)
        {
            return problem;
        }

        if (await webhooks.CreateAsync(caller, group, request, types, cancellationToken) is not { } made)
        {
            return Problems.Conflict("too_many_webhooks", $"A group has at most {WebhookStore.MostPerGroup} webhooks.");
        }

        Tag(context, made.Id, made.Version);
        return TypedResults.CreatedAtRoute(made, Get, new { id = made.Id });
    }

    private static async Task<Results<Ok<WebhookResponse>, NotFound>> GetWebhook(
        Guid id, Caller caller, HttpContext context, WebhookStore webhooks, CancellationToken cancellationToken)
        => await webhooks.FindAsync(GroupOf(caller), id, cancellationToken) is { } found ? Tagged(context, found) : TypedResults.NotFound();

    private static async Task<Results<Ok<WebhookResponse>, NotFound, ProblemHttpResult>> UpdateWebhook(
        Guid id, JsonObjectBody patch, IfMatch ifMatch, Caller caller, HttpContext context, WebhookStore webhooks, ReceiverAddresses addresses,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await webhooks.FindAsync(GroupOf(caller), id, cancellationToken) is not { } found)
            {
                return TypedResults.NotFound();
            }

            if (ifMatch.Refuse(found.Id, found.Version, await webhooks.RequiresIfMatchAsync(found.GroupId, cancellationToken)) is { } refused)
            {
                return refused;
            }

            var (settings, fault) = Apply(patch, found);
            if (settings is null)
            {
                return fault!;
            }

            var (types, problem) = await CheckAsync(settings.Url, settings.Types, addresses, cancellationToken);
            if (problem is not null)
            {
                return problem;
            }

            if (await webhooks.UpdateAsync(found, settings, types, cancellationToken))
            {
                return Tagged(context, found);
            }
        }

        return Contended();
    }

    private static async Task<Results<NoContent, NotFound, ProblemHttpResult>> DeleteWebhook(
        Guid id, IfMatch ifMatch, Caller caller, WebhookStore webhooks, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await webhooks.FindAsync(GroupOf(caller), id, cancellationToken) is not { } found)
            {
                return TypedResults.NotFound();
            }

            if (ifMatch.Refuse(found.Id, found.Version, await webhooks.RequiresIfMatchAsync(found.GroupId, cancellationToken)) is { } refused)
            {
                return refused;
            }

            if (await webhooks.RemoveAsync(found, cancellationToken))
            {
                return TypedResults.NoContent();
            }
        }

        return Contended();
    }

    private static async Task<Results<Ok<RotatedSecretResponse>, NotFound, ProblemHttpResult>> RotateSecret(
        Guid id, Caller caller, WebhookStore webhooks, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await webhooks.FindAsync(GroupOf(caller), id, cancellationToken) is not { } found)
            {
                return TypedResults.NotFound();
            }

            if (await webhooks.RotateAsync(found, cancellationToken) is { } rotated)
            {
                return TypedResults.Ok(rotated);
            }
        }

        return Contended();
    }

    private static async Task<(string[] Types, ProblemHttpResult? Problem)> CheckAsync(
        string url, IReadOnlyList<string>? types, ReceiverAddresses addresses, CancellationToken cancellationToken)
    {
        var errors = (types ?? [])
            .Select((type, i) => (type, i))
            .Where(t => t.type is null || (EventTypes.Find(t.type) is null && !EventTypes.IsCustom(t.type) && !WebhookEvents.All.Contains(t.type)))
            .Select(t => new ProblemError($"/types/{t.i}", "unknown_event_type", "No event has this type.")).ToList();
        if (await addresses.RefuseAsync(url, cancellationToken) is { } refusal)
        {
            errors.Add(new ProblemError("/url", "url_not_allowed", refusal));
        }

        return errors.Count > 0 ? ([], Problems.Invalid(errors)) : ([.. (types ?? []).Select(EventTypes.Canonical).Distinct()], null);
    }

    private static (WebhookSettings? Settings, ProblemHttpResult? Problem) Apply(JsonObjectBody patch, Webhook webhook)
    {
        if (patch.Error is { } error)
        {
            return (null, new[] { error }.ToProblem());
        }

        var current = JsonSerializer.SerializeToNode(
            new WebhookSettings(webhook.Url, webhook.Types, webhook.Description, webhook.Ordered, webhook.Status == Webhook.Active), ApiJson.Options);
        MergePatch.TryApply(current, patch.Value, out var merged);
        WebhookSettings settings;
        try
        {
            settings = merged.Deserialize<WebhookSettings>(ApiJson.Options)!;
        }
        catch (JsonException json)
        {
            // Answered as for any other body, by the name of the member at fault.
            throw new BadHttpRequestException("The body is not of the documented shape.", json);
        }

        var faults = new List<ValidationResult>();
        return Validator.TryValidateObject(settings, new ValidationContext(settings), faults, validateAllProperties: true)
            ? (settings, null)
            : (null, Problems.Invalid([.. faults.Select(f => new ProblemError(
                "/" + JsonNamingPolicy.CamelCase.ConvertName(f.MemberNames.First()), "invalid", f.ErrorMessage ?? "Invalid."))]));
    }

    private static Ok<WebhookResponse> Tagged(HttpContext context, Webhook webhook)
    {
        Tag(context, webhook.Id, webhook.Version);
        return TypedResults.Ok(WebhookStore.Shown(webhook));
    }

    private static void Tag(HttpContext context, Guid id, long version) => context.Response.Headers.ETag = EntityTag.Of(id, version).ToString();

    private static ProblemHttpResult Contended() => Problems.Conflict("conflict", "Others keep changing this webhook; try again.");
}
