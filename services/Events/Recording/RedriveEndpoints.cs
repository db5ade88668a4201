using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;
using RabbitMQ.Client.Exceptions;

namespace OnePlatform.Events.Recording;

/// <param name="Deliveries">Deliveries that could not be recorded, and are tried again.</param>
/// <param name="Messages">Events of this service that could not be published, and are tried again.</param>
public sealed record RedriveResponse(int Deliveries, int Messages);

internal static class RedriveEndpoints
{
    public static void MapRedrive(this IEndpointRouteBuilder routes)
        => routes.MapPost("/api/events/redrive", RedriveEvents).WithTags("Events").Access("events:write", Role.PlatformOwner)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithName("RedriveEvents").WithSummary("Gives events that could not be recorded another try.")
            .WithDescription("For platform owners, after the fault is mended. What was recorded meanwhile is not recorded again.");

    private static async Task<Results<Ok<RedriveResponse>, ProblemHttpResult>> RedriveEvents(
        ErrorQueue errors, Outbox outbox, CancellationToken cancellationToken)
    {
        try
        {
            var deliveries = await errors.RedriveAsync(cancellationToken);
            return TypedResults.Ok(new RedriveResponse(deliveries, await outbox.RedriveAsync(cancellationToken)));
        }
        catch (BrokerUnreachableException)
        {
            return Problems.Of(
                StatusCodes.Status503ServiceUnavailable, "broker_unavailable", "The message broker cannot be reached; try again when it is back.");
        }
    }
}
