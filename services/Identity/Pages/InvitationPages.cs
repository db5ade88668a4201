using Microsoft.AspNetCore.WebUtilities;
using OnePlatform.Identity.Memberships;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.Pages;

/// <summary>The page behind an invitation's link. The place is Ontology's to give; the page asks for it in the name of whoever is signed in.</summary>
internal static class InvitationPages
{
    private const string Path = "/account/accept-invitation";
    private const int LongestToken = 200;

    public static async Task<IResult> Show(HttpContext context, FormGuard guard, SessionStore sessions, CancellationToken cancellationToken, string token = "")
    {
        if (await sessions.FindOwnAsync(context, cancellationToken) is not var (_, user))
        {
            return new AccountPage("You are invited")
                .Text("Sign in with the address that was invited; then you can take your place.")
                .Onward("Sign in", SignInPages.Address(QueryHelpers.AddQueryString(Path, "token", token)))
                .Show(context);
        }

        return new AccountPage("You are invited")
            .Text($"You are signed in as {user.Email}. The invitation is for the address it was mailed to.")
            .Form(Path, guard.Issue(context), "Accept the invitation", new FormField("token", Value: token))
            .Link("Not you? Sign out", "/account/signout")
            .Show(context);
    }

    public static async Task<IResult> Accept(
        HttpContext context, FormGuard guard, SessionStore sessions, OntologyApi ontology, CancellationToken cancellationToken)
    {
        if (await PageForm.ReadAsync(context.Request, guard, cancellationToken) is not { } form || form["token"] is not { Length: > 0 and <= LongestToken } token)
        {
            return PageForm.NotOurs(context);
        }

        if (await sessions.FindOwnAsync(context, cancellationToken) is not var (session, user))
        {
            return PageAnswers.Failed(
                context, "Your session has ended.", StatusCodes.Status401Unauthorized, SignInPages.Address(QueryHelpers.AddQueryString(Path, "token", token)));
        }

        var answer = await ontology.SendAsync(
            session, user, HttpMethod.Post, $"/api/people/invitations/{Uri.EscapeDataString(token)}/accept", body: null, cancellationToken);
        return answer switch
        {
            { IsSuccess: true } => new AccountPage("You are in").Text("The invitation is accepted.").Onward("Continue", "/").Show(context),
            { Status: StatusCodes.Status404NotFound } => PageAnswers.Failed(context, "This invitation is unknown or was withdrawn.", answer.Status),
            { Status: StatusCodes.Status503ServiceUnavailable } => PageAnswers.Failed(
                context, "A part of the platform does not answer at the moment. Try again in a minute.", answer.Status),
            _ => PageAnswers.Failed(context, answer.Detail ?? "The invitation could not be accepted.", answer.Status),
        };
    }
}
