using OnePlatform.Gateway.Proxy;
using OnePlatform.ServiceDefaults;
using StackExchange.Redis;

namespace OnePlatform.Gateway.Usage;

/// <summary>Counts the calls of each key, and refuses those beyond the month's quota of the group or of one above it.</summary>
internal sealed class UsageGate(RequestDelegate next, CallCounts counts, MonthlyCalls monthly)
{
    private const string Policy = "monthly-calls";

    public Task InvokeAsync(HttpContext context)
    {
        if (RequestPass.Of(context).Grant is not { Answer: { GroupId: { } group } answer })
        {
            return next(context);
        }

        var owner = new CallOwner(group, answer.KeyId);
        if (answer.Groups is not { Count: > 0 } groups || monthly.TryTake(groups))
        {
            counts.Count(owner);
            return next(context);
        }

        return AskAsync(context, owner, groups);
    }

    private async Task AskAsync(HttpContext context, CallOwner owner, IReadOnlyList<Credentials.GroupTerms> groups)
    {
        try
        {
            if (await monthly.TakeAsync(groups) is { } exceeded)
            {
                var problem = Problems.Make(
                    StatusCodes.Status403Forbidden, "quota_exceeded", $"The {exceeded.ApiCallsPerMonth} calls of this month are used up, in this group or in one above it.");
                problem.Extensions["violated-policies"] = new[] { Policy };
                await context.AnswerAsync(problem);
                return;
            }
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // Whoever pays for a month must not be stopped by a cache that is away for a minute.
        }

        counts.Count(owner);
        await next(context);
    }
}
