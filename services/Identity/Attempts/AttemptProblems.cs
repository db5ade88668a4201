using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Attempts;

internal static class AttemptProblems
{
    /// <summary>429 that says when to try again.</summary>
    public static ProblemHttpResult TooMany(HttpContext context, TimeSpan wait)
    {
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Problems.Of(StatusCodes.Status429TooManyRequests, "too_many_attempts", "Too many attempts. Try again later; Retry-After says when.");
    }
}
