using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Data;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Usage;

internal static class UsageEndpoints
{
    private const string Calls = "calls";

    public static void MapUsage(this IEndpointRouteBuilder routes) => routes
        .MapGet("/api/usage", Get)
        .WithName("GetUsage")
        .WithTags("Usage")
        .WithSummary("What each key of the acting group used, per day")
        .WithDescription("Counted by the gateway and written down within some seconds. Days are UTC.")
        .Access("usage:read", Role.GroupOwner);

    private static async Task<Results<Ok<UsageResponse>, NotFound, ProblemHttpResult>> Get(
        Caller caller,
        IdentityDb db,
        TimeProvider clock,
        CancellationToken cancellationToken,
        [Description("What is counted: calls.")] string metric = Calls,
        [Description("today, 7d, 30d, 90d, month (the present one), or a month such as 2026-11.")] string period = UsagePeriod.Usual)
    {
        if (metric != Calls)
        {
            return Problems.Invalid("/metric", "unknown_metric", "The metric is one of: calls.");
        }

        if (UsagePeriod.Read(period, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime)) is not { } days)
        {
            return Problems.Invalid("/period", "unknown_period", "The period is today, 7d, 30d, 90d, month, or a month such as 2026-11.");
        }

        if (caller.GroupId is not { } group)
        {
            return TypedResults.NotFound();
        }

        var rows = await db.UsageDays.AsNoTracking()
            .Where(u => u.GroupId == group && u.Day >= days.From && u.Day <= days.To)
            .OrderBy(u => u.Day).ThenBy(u => u.KeyId)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(new UsageResponse(
            metric, period, days.From, days.To, rows.Sum(u => u.Calls),
            [.. rows.Select(u => new UsageEntry(u.Day, u.KeyId == UsageDay.People ? null : u.KeyId, u.Calls))]));
    }
}
