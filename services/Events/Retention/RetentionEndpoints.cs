using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Events.Reading;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Retention;

internal static class RetentionEndpoints
{
    public static void MapRetention(this IEndpointRouteBuilder routes)
    {
        var retention = routes.MapGroup("/api/events/retention").WithTags("Events");
        retention.MapGet("/", GetRetention).Access("events:read", Role.GroupOwner)
            .WithName("GetEventRetention").WithSummary("Tells how long the group's events are kept.");
        retention.MapPut("/", SetRetention).Access("events:write", Role.GroupOwner)
            .WithName("SetEventRetention").WithSummary("Sets how long the group's events are kept, or puts them under legal hold.");
    }

    private static async Task<Results<Ok<RetentionResponse>, ProblemHttpResult>> GetRetention(
        Caller caller, RetentionStore store, CancellationToken cancellationToken)
        => caller.GroupId is { } group ? TypedResults.Ok(await store.FindAsync(group, cancellationToken)) : LogScope.NoGroup();

    private static async Task<Results<Ok<RetentionResponse>, ProblemHttpResult>> SetRetention(
        SetRetentionRequest request, Caller caller, RetentionStore store, CancellationToken cancellationToken)
    {
        if (caller.GroupId is not { } group)
        {
            return LogScope.NoGroup();
        }

        if (request.Days is { } days && await store.PlanDaysAsync(group, cancellationToken) is { } most && days > most)
        {
            return Problems.Invalid("/days", "beyond_plan", $"The group's plan keeps events for at most {most} days.");
        }

        await store.SetAsync(group, request, cancellationToken);
        return TypedResults.Ok(await store.FindAsync(group, cancellationToken));
    }
}
