using Microsoft.AspNetCore;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.OpenIdConnect.Clients;
using OnePlatform.Identity.Pages;
using OnePlatform.Identity.Sessions;
using OnePlatform.ServiceDefaults;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OnePlatform.Identity.OpenIdConnect;

/// <summary>
/// A client sends a person here. The library has checked the request: client, redirect address, scopes and code challenge are good.
/// Who is not signed in signs in on the page that everybody uses, second factor included, and comes back.
/// </summary>
internal sealed class AuthorizeEndpoint(
    SessionStore sessions, ClientGrants grants, Consents consents, FormGuard guard, TenantScope scope, TimeProvider clock)
{
    public static Task<IResult> Authorize(HttpContext context, AuthorizeEndpoint endpoint) => endpoint.AnswerAsync(context, context.RequestAborted);

    private async Task<IResult> AnswerAsync(HttpContext context, CancellationToken cancellationToken)
    {
        scope.ActAsSystem();
        var request = context.GetOpenIddictServerRequest()!;
        var found = await sessions.FindOwnAsync(context, cancellationToken);
        if (found is not var (session, user) || FreshSignIn.IsNeeded(request, session, clock.GetUtcNow()))
        {
            return request.HasPromptValue(PromptValues.None)
                ? Refuse(Errors.LoginRequired, "The person must sign in.")
                : Results.Redirect(FreshSignIn.Address(request, clock.GetUtcNow()));
        }

        var client = (await grants.FindClientAsync(request.ClientId, cancellationToken))!;
        return await ConsentAsync(context, request, client, session, user, cancellationToken);
    }

    private async Task<IResult> ConsentAsync(
        HttpContext context, OpenIddictRequest request, Client client, Session session, User user, CancellationToken cancellationToken)
    {
        if (HttpMethods.IsPost(context.Request.Method)
            && context.Request.Form.ContainsKey(ConsentPages.Decision)
            && guard.Accepts(context.Request, context.Request.Form))
        {
            if (context.Request.Form[ConsentPages.Decision] != ConsentPages.Allow)
            {
                return Refuse(Errors.AccessDenied, "The person does not allow it.");
            }

            await consents.AddAsync(user.Id, client, request.GetScopes(), cancellationToken);
            return LetIn(session, request);
        }

        var isAsked = request.HasPromptValue(PromptValues.Consent);
        if (!isAsked && (client.ConsentType == ConsentTypes.Implicit || await consents.CoverAsync(user.Id, client, request.GetScopes(), cancellationToken)))
        {
            return LetIn(session, request);
        }

        return request.HasPromptValue(PromptValues.None)
            ? Refuse(Errors.ConsentRequired, "The person must be asked.")
            : ConsentPages.Ask(context, guard, request, client, user.Email);
    }

    private IResult LetIn(Session session, OpenIddictRequest request)
        => OpenIdConnectAnswers.SignIn(grants.ForCode(session, request.GetScopes()));

    private static IResult Refuse(string error, string description) => OpenIdConnectAnswers.Refuse(error, description);
}
