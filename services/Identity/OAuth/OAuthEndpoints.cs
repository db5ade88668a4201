using Microsoft.AspNetCore.Mvc;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Pages;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.OAuth;

internal static class OAuthEndpoints
{
    public static void MapOAuth(this IEndpointRouteBuilder routes)
    {
        var oauth = routes.MapGroup("/api/auth/oauth/{provider}").WithTags("Authentication").AllowAnonymous();
        oauth.MapGet("/", Begin).WithName("BeginOAuth").WithSummary("Leads to a provider's sign-in page")
            .WithDescription("For browsers. Sets the cookie that the return is bound to; returnTo is a path, or an address of a trusted origin.")
            .Produces(StatusCodes.Status302Found)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status429TooManyRequests).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        oauth.MapGet("/callback", Return).WithName("ReturnFromOAuth").WithSummary("Where a provider sends people back to")
            .WithDescription("A browser is led on with a session cookie, or gets a page that asks for the second factor or says what went wrong; who accepts JSON only gets that. "
                + "204: an account was linked, for which somebody is signed in already.")
            .Produces<SignedInResponse>().Produces(StatusCodes.Status204NoContent).Produces(StatusCodes.Status302Found)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> Begin(
        string provider, HttpContext context, OAuthStarts starts, SignInAnswers answers, PageAnswers pages, [FromQuery] string? returnTo = null)
    {
        var start = await starts.BeginAsync(provider, returnTo, sessionId: null, context);
        context.Response.Headers.CacheControl = "no-store";
        return start.Address is { } address
            ? TypedResults.Redirect(address.AbsoluteUri)
            : Answer(start.Refused!, null, context, answers, pages);
    }

    private static async Task<IResult> Return(
        string provider, HttpContext context, OAuthReturns returns, OAuthCookie cookie, SessionCookie session, ReturnAddresses addresses,
        SignInAnswers answers, PageAnswers pages, CancellationToken cancellationToken,
        [FromQuery] string? state = null, [FromQuery] string? code = null, [FromQuery] string? error = null, [FromQuery] string? iss = null)
    {
        var (outcome, returnTo) = await returns.ReceiveAsync(provider, new OAuthAnswer(state, code, error, iss), cookie.Read(context.Request), cancellationToken);

        // The address holds a code: no cache and no other site may learn of it.
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        if (outcome is not null and not SignInOutcome.SignedIn || !WantsPage(context.Request))
        {
            return outcome is null ? TypedResults.NoContent() : Answer(outcome, returnTo, context, answers, pages);
        }

        if (outcome is SignInOutcome.SignedIn signedIn)
        {
            session.Set(context.Response, signedIn.Opened);
        }

        return TypedResults.Redirect(PageForm.Onward(returnTo ?? "", addresses));
    }

    private static IResult Answer(SignInOutcome outcome, string? returnTo, HttpContext context, SignInAnswers answers, PageAnswers pages)
        => WantsPage(context.Request) ? pages.Of(outcome, returnTo ?? "", context) : answers.Of(outcome, context);

    private static bool WantsPage(HttpRequest request)
        => request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
