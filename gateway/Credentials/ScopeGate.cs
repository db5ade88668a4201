using OnePlatform.Gateway.Proxy;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Gateway.Credentials;

/// <summary>
/// Spares a service the requests of a credential that has no scope at all for what the route is about. Which scope a single
/// operation asks for, the service knows.
/// </summary>
internal sealed class ScopeGate(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var pass = RequestPass.Of(context);
        return pass.Rule.Scopes is { } needed && pass.Grant?.Resources is { } held && !held.Contains("*") && !needed.Any(held.Contains)
            ? context.AnswerAsync(Problems.Make(
                StatusCodes.Status403Forbidden, ProblemCodes.InsufficientScope, $"This needs a scope of {string.Join(" or ", needed)}."))
            : next(context);
    }
}
