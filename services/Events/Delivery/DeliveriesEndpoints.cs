using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Events.Reading;
using OnePlatform.Events.Webhooks;
using OnePlatform.Querying;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Delivery;

internal static class DeliveriesEndpoints
{
    private const string TestType = "webhook_test";

    public static void MapDeliveries(this IEndpointRouteBuilder routes)
    {
        var webhook = routes.MapGroup("/api/webhooks/{id:guid}").WithTags("Webhooks").Access("webhooks:manage", Role.GroupOwner);
        webhook.MapGet("/deliveries", ListDeliveries).WithName("ListWebhookDeliveries")
            .WithSummary("Lists what was sent to a webhook, newest first, with every attempt.").WithMetadata(DeliveryStore.List);
        webhook.MapPost("/test", TestWebhook).WithName("TestWebhook").WithSummary("Sends an event of type webhook_test now and shows the answer.");
        webhook.MapPost("/replay", ReplayWebhook).WithName("ReplayWebhook").WithSummary("Sends events of the log again, or for the first time.")
            .WithDescription($"By position or by time, at most {DeliveryStore.MostReplayed} at once. The webhook-id of an event stays the same.");
    }

    private static async Task<Results<ListOk<DeliveryResponse>, NotFound, ProblemHttpResult>> ListDeliveries(
        Guid id, ListQuery query, Caller caller, WebhookStore webhooks, DeliveryStore deliveries, CancellationToken cancellationToken)
    {
        if (await webhooks.FindAsync(WebhooksEndpoints.GroupOf(caller), id, cancellationToken) is not { } found)
        {
            return TypedResults.NotFound();
        }

        var (page, plan, errors) = await deliveries.ListAsync(found, query, cancellationToken);
        return page is null ? errors.ToProblem() : new ListOk<DeliveryResponse>(page, plan!.Fields);
    }

    private static async Task<Results<Ok<AttemptResponse>, NotFound>> TestWebhook(
        Guid id, Caller caller, WebhookStore webhooks, DeliveryStore deliveries, WebhookSender sender, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await webhooks.FindAsync(WebhooksEndpoints.GroupOf(caller), id, cancellationToken) is not { } found)
        {
            return TypedResults.NotFound();
        }

        var now = clock.GetUtcNow();
        var content = new EventResponse(
            Guid.CreateVersion7(now), Position: null, found.GroupId, TestType, "events", caller.Kind, caller.Id, OnBehalfOf: null, found.Id, "webhook", now, now,
            System.Text.Json.JsonElement.Parse("{}"), null, null, null, null, null);
        var previous = found.PreviousSecretUntil > now ? found.PreviousSecret : null;
        var outcome = await sender.SendAsync(found.Id, content.Id, found.Url, found.Secret, previous, content, cancellationToken);
        await deliveries.KeepTestAsync(found, content, outcome.Attempt, cancellationToken);
        return TypedResults.Ok(outcome.Attempt);
    }

    private static async Task<Results<Accepted<ReplayResponse>, NotFound, ProblemHttpResult>> ReplayWebhook(
        Guid id, ReplayRequest request, Caller caller, WebhookStore webhooks, DeliveryStore deliveries, CancellationToken cancellationToken)
    {
        if (await webhooks.FindAsync(WebhooksEndpoints.GroupOf(caller), id, cancellationToken) is not { } found)
        {
            return TypedResults.NotFound();
        }

        if (request is { FromPosition: null, From: null } || (request.FromPosition is not null && (request.From ?? request.To) is not null)
            || request.From >= request.To)
        {
            return Problems.Invalid("", "invalid_range", "Say fromPosition, or from and perhaps a later to.");
        }

        if (found.Status != Webhook.Active)
        {
            return Problems.Conflict("webhook_disabled", "The webhook is disabled; enable it first.");
        }

        return TypedResults.Accepted($"/api/webhooks/{id}/deliveries", await deliveries.ReplayAsync(found, request, cancellationToken));
    }
}
