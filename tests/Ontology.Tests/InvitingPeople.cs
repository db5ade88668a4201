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

public sealed class InvitingPeople(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task An_invitation_is_taken_once_however_often_it_is_tried()
    {
        var tenant = await host.TenantAsync();
        var (person, email) = await host.UserAsync();
        var token = await InviteAsync(tenant, email.ToUpperInvariant(), "org_user");
        using var client = host.As(person, group: null, Role.None);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => client.PostAsync($"/api/people/invitations/{token}/accept", content: null)));
        var accepted = await Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK).OkAsync();
        Assert.Equal(("group_user", tenant.Group.ToString()), ((string?)accepted["role"], (string?)accepted["groupId"]));
        Assert.All(answers.Where(a => a.StatusCode != HttpStatusCode.OK), a => Assert.Equal(HttpStatusCode.Conflict, a.StatusCode));
        Assert.Equal(1, await host.Database.ScalarAsync<long>(
            "select count(*) from outbox where body like '%user_joined_group%' and body like $1", $"%{person}%"));
        using var list = await tenant.Client.GetAsync("/api/people");
        Assert.Equal(2, (await list.OkAsync())["results"]!.AsArray().Count);
    }

    [Fact]
    public async Task The_secret_is_told_to_the_inviter_and_to_nobody_else()
    {
        var tenant = await host.TenantAsync();
        var token = await InviteAsync(tenant, "ada@example.org", "customer");
        using var list = await tenant.Client.GetAsync("/api/people/invitations");
        var listed = Assert.Single((await list.OkAsync())["results"]!.AsArray())!.AsObject();
        Assert.DoesNotContain("inviteToken", listed.Select(m => m.Key));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("select count(*) from outbox where body like $1", $"%{token}%"));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("select count(*) from invitations where token_hash = $1", token));
        Assert.Equal(1, await host.Database.ScalarAsync<long>(
            "select count(*) from outbox where type like '%PersonInvited%' and body like $1", $"%{tenant.Group}%"));
    }

    [Fact]
    public async Task Open_invitations_are_found_where_they_were_made_and_listed_page_by_page()
    {
        var (tenant, other) = (await host.TenantAsync(), await host.TenantAsync());
        var made = new List<string>();
        foreach (var name in new[] { "ada", "bob", "cyd" })
        {
            using var invited = await tenant.Client.PostAsJsonAsync("/api/people", new { email = $"{name}@example.org", role = "customer" });
            made.Add(invited.Headers.Location!.ToString());
            using var found = await tenant.Client.GetAsync(invited.Headers.Location);
            Assert.Equal($"{name}@example.org", (string?)(await found.OkAsync())["email"]);
            using var foreign = await other.Client.GetAsync(invited.Headers.Location);
            Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        }

        using var first = await tenant.Client.GetAsync("/api/people/invitations?limit=2&sort=email&count=exact");
        var page = await first.OkAsync();
        Assert.Equal((3, true), ((int)page["total"]!, (bool)page["hasMore"]!));
        using var second = await tenant.Client.GetAsync($"/api/people/invitations?limit=2&sort=email&cursor={Uri.EscapeDataString((string)page["cursor"]!)}");
        Assert.Equal(["cyd@example.org"], (await second.OkAsync())["results"]!.AsArray().Select(i => (string)i!["email"]!));
        using var misspelt = await tenant.Client.GetAsync("/api/people/invitations?offset=2");
        await misspelt.ProblemAsync(400, "unknown_parameter");
        using var gone = await tenant.Client.DeleteAsync(made[0]);
        using var absent = await tenant.Client.GetAsync(made[0]);
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
    }

    [Fact]
    public async Task Only_whom_it_was_sent_to_takes_it()
    {
        var tenant = await host.TenantAsync();
        var (stranger, _) = await host.UserAsync();
        var token = await InviteAsync(tenant, "somebody@example.org", "group_user");
        using var client = host.As(stranger, group: null, Role.None);
        using var taken = await client.PostAsync($"/api/people/invitations/{token}/accept", content: null);
        await taken.ProblemAsync(403, "email_differs");
        using var absent = await client.PostAsync("/api/people/invitations/no-such-token/accept", content: null);
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
    }

    [Fact]
    public async Task A_withdrawn_or_expired_invitation_is_worth_nothing()
    {
        var tenant = await host.TenantAsync();
        var (person, email) = await host.UserAsync();
        using var client = host.As(person, group: null, Role.None);
        var withdrawn = await InviteAsync(tenant, email, "group_user");
        using var again = await tenant.Client.PostAsJsonAsync("/api/people", new { email, role = "customer" });
        await again.ProblemAsync(409, "already_invited");
        using var list = await tenant.Client.GetAsync("/api/people/invitations");
        var id = (string)(await list.OkAsync())["results"]![0]!["id"]!;
        var other = await host.TenantAsync();
        using var foreign = await other.Client.DeleteAsync($"/api/people/invitations/{id}");
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        using var gone = await tenant.Client.DeleteAsync($"/api/people/invitations/{id}");
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        using var closed = await client.PostAsync($"/api/people/invitations/{withdrawn}/accept", content: null);
        await closed.ProblemAsync(409, "invitation_closed");
        var late = await InviteAsync(tenant, email, "group_user");
        await host.Database.ScalarAsync<int>("update invitations set expires_at = now() - interval '1 second' where closed_at is null and email = $1 returning 1", email);
        using var expired = await client.PostAsync($"/api/people/invitations/{late}/accept", content: null);
        await expired.ProblemAsync(409, "invitation_expired");
        await InviteAsync(tenant, email, "group_user");
    }

    [Theory]
    [InlineData("not an address", "group_user", 400)]
    [InlineData("ada@example.org", "king", 400)]
    [InlineData("ada@example.org", "platform_owner", 403)]
    public async Task A_bad_invitation_is_refused(string email, string role, int status)
    {
        var tenant = await host.TenantAsync();
        using var answer = await tenant.Client.PostAsJsonAsync("/api/people", new { email, role });
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_sign_up_with_an_invitation_joins_its_group_besides_the_personal_one()
    {
        var tenant = await host.TenantAsync();
        var email = $"{Guid.NewGuid():N}@example.org";
        var token = await InviteAsync(tenant, email, "customer");
        var user = new UserSnapshot(Guid.NewGuid(), email, "Grace", EmailVerified: true, Deleted: false, Version: 1);
        var message = new UserRegistered(Guid.CreateVersion7(), TimeProvider.System.GetUtcNow(), EventOrigin.System, [], user) { InviteTokenHash = Invitation.HashOf(token) };
        await using (var scope = host.Services.CreateAsyncScope())
        {
            await new WelcomeUser(scope.ServiceProvider.GetRequiredService<OntologyDb>(), scope.ServiceProvider.GetRequiredService<QuotaGate>(), TimeProvider.System).HandleAsync(message, CancellationToken.None);
        }

        using var client = host.As(user.Id, tenant.Group, Role.Customer);
        using var me = await client.GetAsync("/api/people/me");
        var person = await me.OkAsync();
        Assert.Equal(("customer", "Grace"), ((string?)person["role"], (string?)person["name"]));
        using var groups = await client.GetAsync($"/api/people/{user.Id}/groups");
        Assert.Equal(2, (await groups.OkAsync())["results"]!.AsArray().Count);
    }

    [Fact]
    public async Task The_mailed_link_opens_the_invitation_too_and_only_once()
    {
        var tenant = await host.TenantAsync();
        var (person, email) = await host.UserAsync();
        var told = await InviteAsync(tenant, email, "group_user");
        var id = await host.Database.ScalarAsync<Guid>("select id from invitations where group_id = $1", tenant.Group);
        var mailed = new InvitationMailed(Guid.CreateVersion7(), TimeProvider.System.GetUtcNow(), id, tenant.Group, Invitation.HashOf("mailed-secret"));
        foreach (var foreign in new[] { true, false })
        {
            using var client = host.As(person, group: null, Role.None);
            using var early = await client.PostAsync("/api/people/invitations/mailed-secret/accept", content: null);
            Assert.Equal(HttpStatusCode.NotFound, early.StatusCode);
            await using var scope = host.Services.CreateAsyncScope();
            await new KeepMailedLinks(scope.ServiceProvider.GetRequiredService<OntologyDb>())
                .HandleAsync(foreign ? mailed with { GroupId = Guid.NewGuid() } : mailed, CancellationToken.None);
        }

        using var guest = host.As(person, group: null, Role.None);
        using var accepted = await guest.PostAsync("/api/people/invitations/mailed-secret/accept", content: null);
        await accepted.OkAsync();
        foreach (var token in new[] { "mailed-secret", told })
        {
            using var again = await guest.PostAsync($"/api/people/invitations/{token}/accept", content: null);
            await again.ProblemAsync(409, "invitation_closed");
        }
    }

    private static async Task<string> InviteAsync(Tenant tenant, string email, string role)
    {
        using var answer = await tenant.Client.PostAsJsonAsync("/api/people", new { email, role });
        return (string)(await answer.OkAsync())["inviteToken"]!;
    }
}
