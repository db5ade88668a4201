using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Sessions;

internal static class SessionRequirement
{
    /// <summary>
    /// Lets in only who is signed in: the access token of a client speaks for the person too, with the person's role, but never here.
    /// </summary>
    public static RouteGroupBuilder RequireSession(this RouteGroupBuilder routes)
        => routes.AddEndpointFilter(Check);

    private static async ValueTask<object?> Check(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        => await context.HttpContext.RequestServices.GetRequiredService<SessionStore>()
            .FindAsync(context.HttpContext.RequiredCaller(), context.HttpContext.RequestAborted) is null
            ? SignInAnswers.NoSession()
            : await next(context);
}
