using System.Net;
using OnePlatform.ServiceDefaults;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OnePlatform.Identity.OpenIdConnect.Clients;

/// <summary>What a client is to be, whether the configuration or a request says so.</summary>
internal sealed record ClientSpecification(
    string Name,
    IReadOnlyList<string> RedirectUris,
    IReadOnlyList<string> PostLogoutRedirectUris,
    IReadOnlyList<string> Scopes,
    bool Public,
    bool Trusted,
    Guid? GroupId)
{
    public IEnumerable<ProblemError> Errors()
    {
        if (RedirectUris.Count == 0 && GroupId is null)
        {
            yield return new ProblemError("/redirectUris", "required", "Without a redirect address or a group there is nothing that the client could do.");
        }

        if (Public && GroupId is not null)
        {
            yield return new ProblemError("/groupId", "public_client", "A client without a secret cannot act for itself.");
        }

        foreach (var error in ErrorsOf(RedirectUris, "/redirectUris").Concat(ErrorsOf(PostLogoutRedirectUris, "/postLogoutRedirectUris")))
        {
            yield return error;
        }

        foreach (var (scope, i) in Scopes.Select((scope, i) => (scope, i)).Where(s => s.scope is null || !ClientScopes.IsKnown(s.scope)))
        {
            yield return new ProblemError($"/scopes/{i}", "unknown_scope", "There is no such scope for clients.");
        }
    }

    public OpenIddictApplicationDescriptor Describe(string clientId, string? secret)
    {
        var description = new OpenIddictApplicationDescriptor
        {
            ApplicationType = ApplicationTypes.Web, // Redirect addresses are compared whole, the port of a loopback address too.
            ClientId = clientId,
            ClientSecret = secret,
            ClientType = Public ? ClientTypes.Public : ClientTypes.Confidential,
            ConsentType = Trusted ? ConsentTypes.Implicit : ConsentTypes.Explicit,
            DisplayName = Name,
        };
        description.RedirectUris.UnionWith(RedirectUris.Select(u => new Uri(u)));
        description.PostLogoutRedirectUris.UnionWith(PostLogoutRedirectUris.Select(u => new Uri(u)));
        description.Permissions.UnionWith(Permissions());
        description.Requirements.Add(Requirements.Features.ProofKeyForCodeExchange);
        return description;
    }

    private IEnumerable<string> Permissions()
    {
        IEnumerable<string> permissions = [OpenIddictConstants.Permissions.Endpoints.Token, OpenIddictConstants.Permissions.Endpoints.Revocation];
        if (!Public)
        {
            permissions = permissions.Append(OpenIddictConstants.Permissions.Endpoints.Introspection);
        }

        if (RedirectUris.Count > 0)
        {
            permissions = permissions.Concat(
            [
                OpenIddictConstants.Permissions.Endpoints.Authorization,
                OpenIddictConstants.Permissions.Endpoints.EndSession,
                OpenIddictConstants.Permissions.GrantTypes.AuthorizationCode,
                OpenIddictConstants.Permissions.GrantTypes.RefreshToken,
                OpenIddictConstants.Permissions.ResponseTypes.Code,
                OpenIddictConstants.Permissions.Scopes.Profile,
                OpenIddictConstants.Permissions.Scopes.Email,
            ]);
        }

        if (GroupId is not null)
        {
            permissions = permissions.Append(OpenIddictConstants.Permissions.GrantTypes.ClientCredentials);
        }

        return permissions.Concat(Scopes.Where(ClientScopes.OfPlatform.Contains).Select(s => OpenIddictConstants.Permissions.Prefixes.Scope + s));
    }

    private static IEnumerable<ProblemError> ErrorsOf(IReadOnlyList<string> addresses, string pointer) => addresses
        .Select((address, i) => (address, i))
        .Where(a => !IsSafe(a.address))
        .Select(a => new ProblemError($"{pointer}/{a.i}", "invalid_redirect_uri", "This must be an https address, or http on a loopback address, without fragment, user or wildcard."));

    private static bool IsSafe(string? text)
        => text is { Length: <= 2000 }
            && Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && IsLoopback(address)))
            && address.Fragment.Length == 0 && address.UserInfo.Length == 0
            && !text.Contains('*', StringComparison.Ordinal) && !text.Contains('#', StringComparison.Ordinal) && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '\\');

    private static bool IsLoopback(Uri address)
        => address.Host == "localhost" || (IPAddress.TryParse(address.DnsSafeHost, out var ip) && IPAddress.IsLoopback(ip));
}
