using Microsoft.AspNetCore;
using OnePlatform.Identity.Pages;
using OnePlatform.Identity.Sessions;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.OpenIdConnect;

/// <summary>
/// A client wants a person signed out. A link alone must not be able to do that, so the person is asked; then their own session
/// ends, and the client's, when its id token says which.
/// </summary>
internal sealed class SignOutEndpoint(SessionStore sessions, ClientSessions clientSessions, SessionCookie cookie, FormGuard guard, TenantScope scope)
{
    public static Task<IResult> SignOut(HttpContext context, SignOutEndpoint endpoint) => endpoint.AnswerAsync(context, context.RequestAborted);

    private async Task<IResult> AnswerAsync(HttpContext context, CancellationToken cancellationToken)
    {
        scope.ActAsSystem();
        var request = context.GetOpenIddictServerRequest()!;
        var own = await sessions.FindOwnAsync(context, cancellationToken);
        var hint = await OpenIdConnectAnswers.ShownAsync(context);
        var held = hint is null ? null : await clientSessions.FindAsync(hint, cancellationToken);
        var isAsked = HttpMethods.IsPost(context.Request.Method) && context.Request.HasFormContentType && guard.Accepts(context.Request, context.Request.Form);
        if (!isAsked && (own is not null || held is not null))
        {
            return ConsentPages.AskSignOut(context, guard, request);
        }

        // Another person's client session is not this person's to end.
        var ended = new[] { own, held is var (_, person) && own is var (_, user) && person.Id != user.Id ? null : held };
        await sessions.RevokeAsync([.. ended.OfType<(Session Session, Accounts.User)>().Select(e => e.Session)], "signed_out", cancellationToken);
        cookie.Clear(context.Response);
        return request.PostLogoutRedirectUri is null ? SignInPages.SignedOut(context) : OpenIdConnectAnswers.SignOut();
    }
}
