using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OnePlatform.Identity.Data;
using OnePlatform.ServiceDefaults;
using OpenIddict.Core;

namespace OnePlatform.Identity.OpenIdConnect.Clients;

/// <summary>Brings the database in step with the configured clients before the first request; one that is no longer configured goes.</summary>
internal sealed class KeepConfiguredClients(IServiceScopeFactory scopes, IOptions<ConfiguredClients> options) : IHostedService
{
    // Instances that start together take turns; any number will do, as long as every instance uses the same.
    private const string OneAtATime = "select pg_advisory_xact_lock(7161341938150413178)";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().ActAsSystem();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        var store = scope.ServiceProvider.GetRequiredService<ClientStore>();
        var manager = scope.ServiceProvider.GetRequiredService<OpenIddictApplicationManager<Client>>();
        if (options.Value.Clients.Count == 0 && !await db.Clients.AnyAsync(c => c.Configured, cancellationToken))
        {
            return;
        }

        await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await db.Database.ExecuteSqlRawAsync(OneAtATime, cancellationToken);
            var known = await db.Clients.Where(c => c.Configured).ToListAsync(cancellationToken);
            foreach (var client in options.Value.Clients)
            {
                if (known.Find(k => k.ClientId == client.ClientId) is not { } before)
                {
                    await store.CreateAsync(client.Specify(), client.ClientId, client.Secret, registeredBy: null, cancellationToken);
                }
                else if (!await IsAsync(before, client, manager, cancellationToken))
                {
                    await store.UpdateAsync(before, client.Specify(), cancellationToken);
                    await (client.Secret is null ? Task.CompletedTask : manager.UpdateAsync(before, client.Secret, cancellationToken).AsTask());
                }
            }

            await transaction.CommitAsync(cancellationToken);
        });

        foreach (var gone in await db.Clients.Where(c => c.Configured).ToListAsync(cancellationToken))
        {
            if (!options.Value.Clients.Any(c => c.ClientId == gone.ClientId))
            {
                await store.RemoveAsync(gone, cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // A restart without a change writes nothing.
    private static async Task<bool> IsAsync(Client known, ConfiguredClient client, OpenIddictApplicationManager<Client> manager, CancellationToken cancellationToken)
        => known.Specify().IsSameAs(client.Specify())
            && (client.Secret is null || await manager.ValidateClientSecretAsync(known, client.Secret, cancellationToken));
}
