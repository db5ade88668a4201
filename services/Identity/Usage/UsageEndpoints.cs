using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Usage;

internal static class UsageEndpoints
{
    private static readonly string[] s_metrics = [UsageMetrics.Calls, UsageMetrics.Tokens, UsageMetrics.Storage];

    public static void MapUsage(this IEndpointRouteBuilder routes) => routes
        .MapGet("/api/usage", Get)
        .WithName("GetUsage")
        .WithTags("Usage")
        .WithSummary("What each key of the acting group used, per day")
        .WithDescription(
            "Days are UTC. Calls are counted by the gateway, tokens of the language model as answers end; both stand here within some seconds. "
            + "Storage is what lay there last on each day, in bytes, and belongs to no key; it is measured every few minutes.")
        .Access("usage:read", Role.GroupOwner);

    private static async Task<Results<Ok<UsageResponse>, NotFound, ProblemHttpResult>> Get(
        Caller caller,
        UsageReads usage,
        TimeProvider clock,
        CancellationToken cancellationToken,
        [Description("What is counted: calls, tokens or storage.")] string metric = UsageMetrics.Calls,
        [Description("today, 7d, 30d, 90d, month (the present one), or a month such as 2026-11.")] string period = UsagePeriod.Usual)
    {
        if (!s_metrics.Contains(metric))
        {
            return Problems.Invalid("/metric", "unknown_metric", $"The metric is one of: {string.Join(", ", s_metrics)}.");
        }

        if (UsagePeriod.Read(period, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime)) is not { } days)
        {
            return Problems.Invalid("/period", "unknown_period", "The period is today, 7d, 30d, 90d, month, or a month such as 2026-11.");
        }

        if (caller.GroupId is not { } group)
        {
            return TypedResults.NotFound();
        }

        var results = await usage.ListAsync(group, metric, days, cancellationToken);
        var total = UsageMetrics.Counters.Contains(metric) ? results.Sum(r => r.Count) : results is [.., var last] ? last.Count : 0;
        return TypedResults.Ok(new UsageResponse(metric, period, days.From, days.To, total, results));
    }
}
