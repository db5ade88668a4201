using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Contracts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Quotas;
using OnePlatform.Ontology.Reactions;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

public sealed class WelcomingUsers(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task Many_deliveries_of_one_sign_up_make_one_group_and_one_membership()
    {
        var user = new UserSnapshot(Guid.NewGuid(), "ada@example.org", "Ada L", EmailVerified: false, Deleted: false, Version: 1);
        var message = new UserRegistered(Guid.CreateVersion7(), TimeProvider.System.GetUtcNow(), EventOrigin.System, [], user);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => DeliverAsync(message)));
        Assert.Equal(1, await host.Database.ScalarAsync<long>("select count(*) from memberships where person_id = $1 and role = 'group_owner'", user.Id));
        Assert.Equal(1, await host.Database.ScalarAsync<long>(
            "select count(*) from outbox where body like '%user_joined_group%' and body like $1", $"%{user.Id}%"));
        Assert.Equal("Ada L", await host.Database.ScalarAsync<string>("select name from users where id = $1", user.Id));
        using var client = host.As(user.Id, group: null, Role.None);
        using var list = await client.GetAsync("/api/groups");
        Assert.Equal("Ada L", (string?)Assert.Single((await list.OkAsync())["results"]!.AsArray())!["name"]);
    }

    private async Task DeliverAsync(UserRegistered message)
    {
        for (var attempt = 0; ; attempt++)
        {
            await using var scope = host.Services.CreateAsyncScope();
            try
            {
                await new WelcomeUser(scope.ServiceProvider.GetRequiredService<OntologyDb>(), scope.ServiceProvider.GetRequiredService<QuotaGate>(), TimeProvider.System)
                    .HandleAsync(message, CancellationToken.None);
                return;
            }
            catch (Microsoft.EntityFrameworkCore.DbUpdateException) when (attempt < 3)
            {
                // As the bus does: the slug was taken by the delivery at the same moment.
            }
        }
    }
}
