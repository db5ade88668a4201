using Microsoft.AspNetCore.Mvc;

namespace OnePlatform.Gateway.Proxy;

internal static class ProblemAnswers
{
    /// <summary>Writes the problem as the whole answer.</summary>
    public static async Task AnswerAsync(this HttpContext context, ProblemDetails problem)
    {
        context.Response.StatusCode = problem.Status!.Value;
        var problems = context.RequestServices.GetRequiredService<IProblemDetailsService>();
        // Whatever the client said it accepts: an error nobody can read helps nobody.
        if (!await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem }))
        {
            await context.Response.WriteAsJsonAsync(problem, options: null, "application/problem+json", context.RequestAborted);
        }
    }
}
