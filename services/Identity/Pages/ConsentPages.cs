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
        var (name, address) = (client.DisplayName ?? client.ClientId, Address(request.RedirectUri));
        var (fields, tag) = (Forward(request), guard.Issue(context));
        return new AccountPage($"Let {name} in?")
            .Text($"You are signed in as {person}. {name} asks to:")
            .List(request.GetScopes().DefaultIfEmpty(OpenIddictConstants.Scopes.OpenId).Select(ClientScopes.Describe))
            .Text($"You go on to {address?.Host}.")
            .Form(
                "/connect/authorize", tag, [new FormButton("Allow", Decision, Allow), new FormButton("Deny", Decision, Deny, IsQuiet: true)], fields)
            .Link("Not you? Sign out", "/account/signout")
            .Show(context, formEndsAt: address);
    }

    public static IResult AskSignOut(HttpContext context, FormGuard guard, OpenIddictRequest request) => new AccountPage("Sign out?")
        .Text("You will be signed out here and at the application that sent you.")
        .Form("/connect/logout", guard.Issue(context), "Sign out", Forward(request))
        .Link("Stay signed in", "/")
        .Show(context, formEndsAt: Address(request.PostLogoutRedirectUri));

    /// <summary>For what cannot be answered to the client, because it is the client's request that is wrong.</summary>
    public static IResult Failed(HttpContext context, OpenIddictResponse error) => new AccountPage("That did not work")
        .Error("The application that sent you here made a mistake. You cannot mend it; its makers can.")
        .Text("Tell them this:")
        .List([$"{error.Error}: {error.ErrorDescription ?? "the request is not valid."}"])
        .Show(context, StatusCodes.Status400BadRequest);

    private static FormField[] Forward(OpenIddictRequest request) =>
    [
        .. s_forwarded.Select(name => (Name: name, Value: (string?)request[name])).Where(p => p.Value is not null).Select(p => new FormField(p.Name, Value: p.Value)),
    ];

    private static Uri? Address(string? text) => Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : null;
}
