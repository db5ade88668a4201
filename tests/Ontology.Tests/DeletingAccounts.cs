using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Contracts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.People.Invitations;
using OnePlatform.Ontology.Quotas;
using OnePlatform.Ontology.Reactions;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

public sealed class DeletingAccounts(OntologyHost host) : IClassFixture<OntologyHost>
{
    private const string PersonalOf =
        """
        select (select count(*) from memberships where person_id = $1 and (left_at is null or profile <> '{}'))
            + (select count(*) from invitations where accepted_by = $1 or email = $2)
            + (select count(*) from users where email = $2)
        """;

    private const string Departures = "select count(*) from outbox where type like '%MembershipsChanged%' and body like '%user_removed_from_group%' and body like $1";

    [Fact]
    public async Task Somebody_who_is_gone_has_left_their_groups_and_nothing_personal_stays()
    {
        var (tenant, former) = (await host.TenantAsync(), await host.TenantAsync());
        var person = await host.MemberAsync(tenant, "group_user");
        var email = await EmailAsync(person);
        await IntroduceAsync(tenant.Group, person);
        await JoinAsync(former, person, email);
        await IntroduceAsync(former.Group, person);
        using var left = await former.Client.DeleteAsync($"/api/people/{person}");
        using var invited = await former.Client.PostAsJsonAsync("/api/people", new { email, role = "customer", name = "Ada" });
        await invited.OkAsync();
        await DeliverAsync(Gone(person));

        Assert.Equal(0, await host.Database.ScalarAsync<long>(PersonalOf, person, email));
        using var people = await tenant.Client.GetAsync("/api/people");
        Assert.Equal([tenant.Person], (await people.OkAsync())["results"]!.AsArray().Select(p => p!.AsObject().Id()));
        using var gone = await tenant.Client.GetAsync($"/api/people/{person}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        using var offers = await former.Client.GetAsync("/api/people/invitations");
        Assert.Empty((await offers.OkAsync())["results"]!.AsArray());
        using var usage = await tenant.Client.GetAsync($"/api/groups/{tenant.Group}/usage");
        Assert.Equal(1, (int)(await usage.OkAsync())["results"]!.AsArray().Single(q => (string?)q!["quota"] == "users")!["used"]!);

        // One for the group left before, one for the group left now.
        Assert.Equal(2, await host.Database.ScalarAsync<long>(Departures, $"%{person}%"));
        Assert.Equal(1, await host.Database.ScalarAsync<long>(
            "select count(*) from outbox where body like '%invitation_withdrawn%' and body like $1", $"%{former.Group}%"));
    }

    [Fact]
    public async Task An_owner_who_is_gone_is_nobody_to_leave_a_group_to()
    {
        var tenant = await host.TenantAsync();
        var second = await host.MemberAsync(tenant, "group_owner");
        await DeliverAsync(Gone(second));
        using var removed = await tenant.Client.DeleteAsync($"/api/people/{tenant.Person}");
        await removed.ProblemAsync(409, "last_owner");

        // Deleting the account is not refused: the group stays, for the owners above it and the platform's.
        await DeliverAsync(Gone(tenant.Person));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("select count(*) from memberships where group_id = $1 and left_at is null", tenant.Group));
        using var platform = host.As(Guid.NewGuid(), tenant.Group, Role.PlatformOwner);
        using var invited = await platform.PostAsJsonAsync("/api/people", new { email = (await host.UserAsync()).Email, role = "group_owner" });
        await invited.OkAsync();
    }

    [Fact]
    public async Task Told_again_and_at_once_the_departure_is_one()
    {
        var tenant = await host.TenantAsync();
        var person = await host.MemberAsync(tenant, "customer");
        var message = Gone(person);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => DeliverAsync(message)));
        await DeliverAsync(message);
        Assert.Equal(1, await host.Database.ScalarAsync<long>(Departures, $"%{person}%"));
    }

    [Fact]
    public async Task What_was_said_of_them_before_and_comes_later_brings_nothing_back()
    {
        var tenant = await host.TenantAsync();
        var (person, email) = (Guid.NewGuid(), $"{Guid.NewGuid():N}@example.org");
        await DeliverAsync(Gone(person));
        using var invited = await tenant.Client.PostAsJsonAsync("/api/people", new { email, role = "customer" });
        await invited.OkAsync();
        var before = new UserSnapshot(person, email, "Ada", EmailVerified: true, Deleted: false, Version: 2);
        await DeliverAsync(Changed(before));
        await using (var scope = host.Services.CreateAsyncScope())
        {
            var services = scope.ServiceProvider;
            await new WelcomeUser(services.GetRequiredService<OntologyDb>(), services.GetRequiredService<QuotaGate>(), TimeProvider.System).HandleAsync(
                new UserRegistered(Guid.CreateVersion7(), TimeProvider.System.GetUtcNow(), EventOrigin.System, [], before with { Version = 1 }), CancellationToken.None);
        }

        Assert.Equal(0, await host.Database.ScalarAsync<long>(PersonalOf, person, email));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("select count(*) from memberships where person_id = $1", person));
    }

    [Fact]
    public async Task Invitations_long_over_are_deleted_and_others_are_not()
    {
        var tenant = await host.TenantAsync();
        foreach (var (name, created, closed) in new[] { ("new", 0, 0), ("expired", 10, 0), ("long expired", 40, 0), ("closed", 10, 9), ("long closed", 60, 32) })
        {
            using var invited = await tenant.Client.PostAsJsonAsync("/api/people", new { email = $"{Guid.NewGuid():N}@example.org", role = "customer", name });
            await host.Database.ScalarAsync<int>(
                """
                update invitations set created_at = now() - $2 * interval '1 day', expires_at = now() + (7 - $2) * interval '1 day',
                    closed_at = case when $3 > 0 then now() - $3 * interval '1 day' end
                where id = $1
                """,
                (await invited.OkAsync()).Id(), created, closed);
        }

        await host.Services.GetRequiredService<ForgetInvitations>().RoundAsync(CancellationToken.None);
        Assert.Equal(
            "closed,expired,new",
            await host.Database.ScalarAsync<string>("select string_agg(name, ',' order by name) from invitations where group_id = $1", tenant.Group));
    }

    private static UserChanged Gone(Guid person)
        => Changed(new UserSnapshot(person, $"{person:N}@deleted.invalid", "Deleted user", EmailVerified: false, Deleted: true, Version: 3));

    private static UserChanged Changed(UserSnapshot user) => new(Guid.CreateVersion7(), TimeProvider.System.GetUtcNow(), EventOrigin.System, [], user);

    private async Task DeliverAsync(UserChanged message)
    {
        await using var scope = host.Services.CreateAsyncScope();
        await new KeepUsers(scope.ServiceProvider.GetRequiredService<OntologyDb>(), TimeProvider.System).HandleAsync(message, CancellationToken.None);
    }

    private async Task<string> EmailAsync(Guid person) => (await host.Database.ScalarAsync<string>("select email from users where id = $1", person))!;

    private async Task JoinAsync(Tenant tenant, Guid person, string email)
    {
        using var invited = await tenant.Client.PostAsJsonAsync("/api/people", new { email, role = "group_user" });
        using var client = host.As(person, group: null, Role.None);
        using var accepted = await client.PostAsync($"/api/people/invitations/{(await invited.OkAsync())["inviteToken"]}/accept", content: null);
        await accepted.OkAsync();
    }

    private async Task IntroduceAsync(Guid group, Guid person)
    {
        using var self = host.As(person, group, Role.GroupUser);
        using var told = await self.PatchAsJsonAsync($"/api/people/{person}", new { profile = new { displayName = "Ada", bio = "Counts" } });
        await told.OkAsync();
    }
}
