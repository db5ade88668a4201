using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Secrets;
using OnePlatform.Identity.Sessions;
using OnePlatform.Messaging;
using OnePlatform.Tenancy;
using OpenIddict.Core;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OnePlatform.Identity.OpenIdConnect.Clients;

/// <summary>Registers clients. They are the platform's, so those who may come here have been asked before.</summary>
internal sealed class ClientStore(
    IdentityDb db, OpenIddictApplicationManager<Client> manager, SessionStore sessions, RequestOrigin origin, TimeProvider clock)
{
    public async Task<IReadOnlyList<Client>> ListAsync(CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        return await db.Clients.AsNoTracking().OrderBy(c => c.CreatedAt).ThenBy(c => c.Id).ToListAsync(cancellationToken);
    }

    public Task<Client?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        return db.Clients.FirstOrDefaultAsync(c => c.Id == id, cancellationToken);
    }

    /// <param name="specification">Found free of errors.</param>
    /// <param name="clientId">Null for one of our making.</param>
    /// <param name="secret">As it will be shown once; null for a public client.</param>
    /// <param name="registeredBy">Null for the configuration.</param>
    public async Task<Client> CreateAsync(
        ClientSpecification specification, string? clientId, string? secret, Guid? registeredBy, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        var now = clock.GetUtcNow();
        var client = new Client
        {
            Id = Guid.CreateVersion7(now),
            GroupId = specification.GroupId,
            RegisteredBy = registeredBy,
            Configured = registeredBy is null,
            CreatedAt = now,
            UpdatedAt = now,
        };
        await manager.PopulateAsync(client, specification.Describe(clientId ?? client.Id.ToString(), secret: null), cancellationToken);
        Note(client, "api_application_registered", now);
        await (secret is null ? manager.CreateAsync(client, cancellationToken) : manager.CreateAsync(client, secret, cancellationToken));
        return client;
    }

    /// <summary>Its grants are asked about anew at the gateway; what it may no longer ask for, it does not get at the next refresh.</summary>
    public async Task UpdateAsync(Client client, ClientSpecification specification, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var secret = client.ClientSecret;
        await manager.PopulateAsync(client, specification.Describe(client.ClientId!, secret), cancellationToken);
        (client.GroupId, client.UpdatedAt) = (specification.GroupId, now);
        Note(client, "api_application_updated", now);
        await manager.UpdateAsync(client, cancellationToken);
    }

    /// <summary>The secret before ends at once.</summary>
    public async Task<string> RenewSecretAsync(Client client, CancellationToken cancellationToken)
    {
        var (secret, now) = (NewSecret(), clock.GetUtcNow());
        client.UpdatedAt = now;
        Note(client, "api_application_secret_renewed", now);
        await manager.UpdateAsync(client, secret, cancellationToken);
        return secret;
    }

    /// <summary>Ends everything that people allowed the client, everywhere within a second.</summary>
    public async Task RemoveAsync(Client client, CancellationToken cancellationToken)
        => await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await sessions.EndAllOfClientAsync(client.Id, "client_removed", cancellationToken);
            await db.ClientTokens.Where(t => t.Application!.Id == client.Id).ExecuteDeleteAsync(cancellationToken);
            await db.ClientAuthorizations.Where(a => a.Application!.Id == client.Id).ExecuteDeleteAsync(cancellationToken);
            Note(client, "api_application_removed", clock.GetUtcNow());
            await db.SaveChangesAsync(cancellationToken);
            await db.Clients.Where(c => c.Id == client.Id).ExecuteDeleteAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        });

    public static string NewSecret() => OpaqueToken.New().Text;

    // For the log, and for the gateway, which holds what a client's token was good for.
    private void Note(Client client, string type, DateTimeOffset now)
    {
        var line = AuthLog.Line(now, type, client.GroupId, personId: null, new { clientId = client.ClientId, name = client.DisplayName, isPublic = client.ClientType == ClientTypes.Public });
        db.Publish(new ApiKeysChanged(Guid.CreateVersion7(now), now, origin.Current, [line], [client.Id]));
    }
}
