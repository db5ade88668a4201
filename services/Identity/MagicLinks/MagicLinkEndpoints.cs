using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.OneTime;
using OnePlatform.Identity.Sessions;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.MagicLinks;

internal static class MagicLinkEndpoints
{
    public static void MapMagicLinks(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/api/auth").WithTags("Authentication").WithMetadata(new RequestSizeLimitAttribute(64 * 1024)).AllowAnonymous();
        auth.MapPost("/magic-link", Ask).WithName("AskForMagicLink").WithSummary("Mails a sign-in link; the same answer for every address");
        auth.MapPost("/magic-link/verify", Verify).WithName("VerifyMagicLink").WithSummary("Signs in with the link's token, or with the address and the code")
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> Ask(
        MagicLinkRequest request, MailRequests mails, HttpContext context, CancellationToken cancellationToken)
    {
        var outcome = await mails.AskAsync(OneTimePurposes.MagicLink, request.Email, request.ReturnTo, cancellationToken);
        return MailAnswers.Refuse(outcome, context) is { } refused ? refused : TypedResults.Accepted((string?)null);
    }

    private static async Task<Results<Ok<SignedInResponse>, Ok<SecondFactorRequiredResponse>, ProblemHttpResult>> Verify(
        MagicLinkVerifyRequest request, MagicLinks links, SignInAnswers answers, HttpContext context, CancellationToken cancellationToken) => request switch
        {
            { Token: { } token, Email: null, Code: null } => answers.Of(await links.SignInAsync(token, cancellationToken), context),
            { Token: null, Email: { } email, Code: { } code } => answers.Of(await links.SignInAsync(email, code, cancellationToken), context),
            _ => Problems.Invalid("", "token_or_code", "Send a token, or an e-mail address and a code."),
        };
}
