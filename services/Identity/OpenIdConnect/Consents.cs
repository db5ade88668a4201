using System.Collections.Immutable;
using OnePlatform.Contracts;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.OpenIdConnect.Clients;
using OnePlatform.Messaging;
using OnePlatform.Tenancy;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OnePlatform.Identity.OpenIdConnect;

/// <summary>What people allow clients, until they take it back with their account or the client goes.</summary>
internal sealed class Consents(IdentityDb db, IOpenIddictAuthorizationManager authorizations, RequestOrigin origin, TimeProvider clock)
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
        var line = AuthLog.Line(now, "oidc_consent_given", groupId: null, userId, new { clientId = client.ClientId, name = client.DisplayName, scopes });
        db.Publish(new ActivityLogged(Guid.CreateVersion7(now), now, origin.Current.By(userId), [line]));
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
