using System.Text.Json;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OnePlatform.Identity.OpenIdConnect.Clients;

/// <summary>A client as it was specified, read back from how the library keeps it.</summary>
internal static class ClientReading
{
    public static OidcClientResponse Respond(this Client client)
    {
        var specification = client.Specify();
        return new OidcClientResponse(
            client.Id, client.ClientId!, specification.Name, specification.RedirectUris, specification.PostLogoutRedirectUris, specification.Scopes,
            specification.Public, specification.Trusted, client.GroupId, client.Configured, client.CreatedAt, client.UpdatedAt);
    }

    public static ClientSpecification Specify(this Client client) => new(
        client.DisplayName ?? client.ClientId!,
        ListOf(client.RedirectUris),
        ListOf(client.PostLogoutRedirectUris),
        [.. ListOf(client.Permissions).Where(p => p.StartsWith(Permissions.Prefixes.Scope, StringComparison.Ordinal)).Select(p => p[Permissions.Prefixes.Scope.Length..])
            .Where(ClientScopes.OfPlatform.Contains).Order(StringComparer.Ordinal)],
        client.ClientType == ClientTypes.Public,
        client.ConsentType == ConsentTypes.Implicit,
        client.GroupId);

    public static bool IsSameAs(this ClientSpecification one, ClientSpecification other)
        => (one.Name, one.Public, one.Trusted, one.GroupId) == (other.Name, other.Public, other.Trusted, other.GroupId)
            && one.RedirectUris.ToHashSet().SetEquals(other.RedirectUris)
            && one.PostLogoutRedirectUris.ToHashSet().SetEquals(other.PostLogoutRedirectUris)
            && one.Scopes.ToHashSet().SetEquals(other.Scopes.Where(ClientScopes.OfPlatform.Contains));

    private static string[] ListOf(string? json) => json is null ? [] : JsonSerializer.Deserialize<string[]>(json) ?? [];
}
