using System.Collections.Immutable;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.OpenIdConnect.Clients;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OnePlatform.Identity.OpenIdConnect;

/// <summary>What people allow clients, until they take it back with their account or the client goes.</summary>
internal sealed class Consents(IOpenIddictAuthorizationManager authorizations, AuthLog log, TimeProvider clock)
{
    /// <summary>Whether the person has allowed the client all of these scopes before.</summary>
    public async Task<bool> CoverAsync(Guid userId, Client client, ImmutableArray<string> scopes, CancellationToken cancellationToken)
    {
        await foreach (var _ in authorizations.FindAsync(
            userId.ToString(), client.Id.ToString(), Statuses.Valid, AuthorizationTypes.Permanent, scopes, cancellationToken))
        {
            return true;
        }

        return false;
    }

    public async Task AddAsync(Guid userId, Client client, ImmutableArray<string> scopes, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        log.AddBy(userId, "oidc_consent_given", new { clientId = client.ClientId, name = client.DisplayName, scopes });
        var consent = new OpenIddictAuthorizationDescriptor
        {
            ApplicationId = client.Id.ToString(),
            CreationDate = now,
            Status = Statuses.Valid,
            Subject = userId.ToString(),
            Type = AuthorizationTypes.Permanent,
        };
        consent.Scopes.UnionWith(scopes);
        await authorizations.CreateAsync(consent, cancellationToken);
    }
}
