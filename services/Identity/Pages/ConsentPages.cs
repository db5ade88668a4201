using OnePlatform.Identity.OpenIdConnect;
using OnePlatform.Identity.OpenIdConnect.Clients;
using OpenIddict.Abstractions;

namespace OnePlatform.Identity.Pages;

/// <summary>The pages that people see on behalf of OpenID Connect clients. Each sends the client's request along, so that nothing of it is kept here.</summary>
internal static class ConsentPages
{
    public const string Decision = "decision";
    public const string Allow = "allow";
    private const string Deny = "deny";

    // Names of our own choosing only: a form must not carry whatever a stranger's link holds.
    private static readonly string[] s_forwarded =
    [
        "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
        "max_age", FreshSignIn.Parameter, "id_token_hint", "post_logout_redirect_uri",
    ];

    public static IResult Ask(HttpContext context, FormGuard guard, OpenIddictRequest request, Client client, string person)
    {
        var name = client.DisplayName ?? client.ClientId;
        var page = new AccountPage($"Let {name} in?").Text($"{name} asks for access to your account {person}. It will be able to:");
        foreach (var scope in request.GetScopes().DefaultIfEmpty(OpenIddictConstants.Scopes.OpenId))
        {
            page.Text($"• {ClientScopes.Describe(scope)}");
        }

        var (fields, tag) = (Forward(request), guard.Issue(context));
        return page
            .Form("/connect/authorize", tag, "Allow", [.. fields, new FormField(Decision, Value: Allow)])
            .Form("/connect/authorize", tag, "Deny", [.. fields, new FormField(Decision, Value: Deny)])
            .Show(context, formEndsAt: Address(request.RedirectUri));
    }

    public static IResult AskSignOut(HttpContext context, FormGuard guard, OpenIddictRequest request) => new AccountPage("Sign out?")
        .Text("You will be signed out here and at the application that sent you.")
        .Form("/connect/logout", guard.Issue(context), "Sign out", Forward(request))
        .Link("Stay signed in", "/")
        .Show(context, formEndsAt: Address(request.PostLogoutRedirectUri));

    public static IResult SignedOut(HttpContext context) => new AccountPage("You are signed out").Link("Sign in", "/account/signin").Show(context);

    /// <summary>For what cannot be answered to the client, because it is the client's request that is wrong.</summary>
    public static IResult Failed(HttpContext context, OpenIddictResponse error) => new AccountPage("That did not work")
        .Text(error.ErrorDescription ?? "The application's request is not valid.", isError: true)
        .Text($"Tell the application's makers: {error.Error}.")
        .Show(context, StatusCodes.Status400BadRequest);

    private static FormField[] Forward(OpenIddictRequest request) =>
    [
        .. s_forwarded.Select(name => (Name: name, Value: (string?)request[name])).Where(p => p.Value is not null).Select(p => new FormField(p.Name, Value: p.Value)),
    ];

    private static Uri? Address(string? text) => Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : null;
}
