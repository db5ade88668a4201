using System.Net;
using System.Net.Http.Json;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

public sealed class JoiningGroups(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task An_open_group_is_joined_at_once_and_once_however_often_it_is_tried()
    {
        var tenant = await WithPolicyAsync("open");
        var (person, _) = await host.UserAsync();
        using var client = host.As(person, group: null, Role.None);
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => client.PostAsJsonAsync($"/api/groups/{tenant.Group}/join", new { })));
        var joined = await Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK).OkAsync();
        Assert.Equal(("joined", "customer"), ((string?)joined["status"], (string?)joined["role"]));
        foreach (var other in answers.Where(a => a.StatusCode != HttpStatusCode.OK))
        {
            await other.ProblemAsync(409, "already_member");
        }

        Assert.Equal(1, await host.Database.ScalarAsync<long>(
            "select count(*) from outbox where body like '%user_joined_group%' and body like $1", $"%{person}%"));
        using var mine = host.As(person, tenant.Group, Role.Customer);
        using var me = await mine.GetAsync("/api/people/me");
        Assert.Equal("customer", (string?)(await me.OkAsync())["role"]);
    }

    [Fact]
    public async Task Where_owners_decide_one_of_them_lets_the_person_in_with_a_role()
    {
        var tenant = await WithPolicyAsync("approval_required");
        var (person, email) = await host.UserAsync("Grace");
        using var client = host.As(person, group: null, Role.None);
        var asked = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => client.PostAsJsonAsync($"/api/groups/{tenant.Group}/join", new { message = "I know Ada" })));
        var pending = await Assert.Single(asked, a => a.StatusCode == HttpStatusCode.Accepted).OkAsync();
        await asked.First(a => a.StatusCode != HttpStatusCode.Accepted).ProblemAsync(409, "already_requested");

        using var list = await tenant.Client.GetAsync($"/api/groups/{tenant.Group}/join-requests");
        var request = Assert.Single((await list.OkAsync())["results"]!.AsArray())!;
        Assert.Equal(("Grace", email, "I know Ada", "pending"), ((string?)request["name"], (string?)request["email"], (string?)request["message"], (string?)request["status"]));

        var path = $"/api/groups/{tenant.Group}/join-requests/{pending["requestId"]}";
        var decided = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => tenant.Client.PostAsJsonAsync($"{path}/{(i % 2 == 0 ? "approve" : "reject")}", new { role = "group_user" })));
        await Assert.Single(decided, a => a.StatusCode == HttpStatusCode.OK).OkAsync();
        await decided.First(a => a.StatusCode != HttpStatusCode.OK).ProblemAsync(409, "already_decided");
        using var people = await tenant.Client.GetAsync("/api/people");
        var approved = decided.Index().Single(a => a.Item.StatusCode == HttpStatusCode.OK).Index % 2 == 0;
        Assert.Equal(approved ? 2 : 1, (await people.OkAsync())["results"]!.AsArray().Count);
        using var left = await tenant.Client.GetAsync($"/api/groups/{tenant.Group}/join-requests");
        Assert.Empty((await left.OkAsync())["results"]!.AsArray());
    }

    [Fact]
    public async Task A_refused_person_stays_outside_and_may_ask_again()
    {
        var tenant = await WithPolicyAsync("approval_required");
        var (person, _) = await host.UserAsync();
        using var client = host.As(person, group: null, Role.None);
        var id = await AskAsync(client, tenant.Group);
        using var refused = await tenant.Client.PostAsync($"/api/groups/{tenant.Group}/join-requests/{id}/reject", content: null);
        Assert.Equal("rejected", (string?)(await refused.OkAsync())["status"]);
        Assert.Equal(0, await host.Database.ScalarAsync<long>("select count(*) from memberships where person_id = $1", person));
        var again = await AskAsync(client, tenant.Group);
        using var made = await tenant.Client.PostAsJsonAsync($"/api/groups/{tenant.Group}/join-requests/{again}/approve", new { role = "group_user" });
        Assert.Equal(("approved", "group_user"), ((string?)(await made.OkAsync())["status"], (string?)(await made.OkAsync())["role"]));
        Assert.Equal("group_user", await host.Database.ScalarAsync<string>("select role from memberships where person_id = $1", person));
    }

    [Fact]
    public async Task A_private_group_is_as_good_as_absent_and_an_invited_one_says_so()
    {
        var hidden = await host.TenantAsync();
        var invited = await WithPolicyAsync("invite_only");
        var gone = await WithPolicyAsync("open");
        using var deleted = await gone.Client.DeleteAsync($"/api/groups/{gone.Group}");
        using var client = host.As((await host.UserAsync()).Id, group: null, Role.None);
        foreach (var group in new[] { hidden.Group, gone.Group, Guid.NewGuid() })
        {
            using var absent = await client.PostAsJsonAsync($"/api/groups/{group}/join", new { });
            Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        }

        using var refused = await client.PostAsJsonAsync($"/api/groups/{invited.Group}/join", new { });
        await refused.ProblemAsync(403, "invitation_required");
        using var key = host.AsKey(Guid.NewGuid(), invited.Group, "*");
        using var byKey = await key.PostAsJsonAsync($"/api/groups/{invited.Group}/join", new { });
        await byKey.ProblemAsync(403, "insufficient_role");
    }

    [Fact]
    public async Task Only_owners_of_the_group_see_and_decide_requests()
    {
        var tenant = await WithPolicyAsync("approval_required");
        using var asker = host.As((await host.UserAsync()).Id, group: null, Role.None);
        var id = await AskAsync(asker, tenant.Group);
        var other = await host.TenantAsync();
        using var user = host.As(await host.MemberAsync(tenant, "group_user"), tenant.Group, Role.GroupUser);
        foreach (var (client, status) in new[] { (other.Client, HttpStatusCode.NotFound), (user, HttpStatusCode.Forbidden) })
        {
            using var list = await client.GetAsync($"/api/groups/{tenant.Group}/join-requests");
            using var approved = await client.PostAsJsonAsync($"/api/groups/{tenant.Group}/join-requests/{id}/approve", new { });
            using var rejected = await client.PostAsync($"/api/groups/{tenant.Group}/join-requests/{id}/reject", content: null);
            Assert.Equal([status, status, status], [list.StatusCode, approved.StatusCode, rejected.StatusCode]);
        }

        // A request of this group is not decided by way of a group of one's own.
        using var across = await other.Client.PostAsJsonAsync($"/api/groups/{other.Group}/join-requests/{id}/approve", new { });
        Assert.Equal(HttpStatusCode.NotFound, across.StatusCode);
        using var king = await tenant.Client.PostAsJsonAsync($"/api/groups/{tenant.Group}/join-requests/{id}/approve", new { role = "platform_owner" });
        await king.ProblemAsync(403, "insufficient_role");
    }

    [Fact]
    public async Task A_group_for_certain_domains_lets_in_nobody_else()
    {
        var tenant = await WithPolicyAsync("open", "example.org");
        using var inside = host.As((await host.UserAsync()).Id, group: null, Role.None);
        using var joined = await inside.PostAsJsonAsync($"/api/groups/{tenant.Group}/join", new { });
        await joined.OkAsync();
        var (unverified, _) = await host.UserAsync();
        await host.Database.ScalarAsync<int>("update users set email_verified = false where id = $1 returning 1", unverified);
        using var claimed = host.As(unverified, group: null, Role.None);
        using var refused = await claimed.PostAsJsonAsync($"/api/groups/{tenant.Group}/join", new { });
        await refused.ProblemAsync(403, "email_domain_not_allowed");
    }

    [Theory]
    [InlineData("open")]
    [InlineData("approval_required")]
    public async Task As_many_get_in_as_there_are_seats_however_many_come_at_once(string policy)
    {
        var tenant = await WithPolicyAsync(policy);
        await LimitAsync(tenant, new { users = 3 });
        var people = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.UserAsync()));
        var answers = await Task.WhenAll(people.Select(async p =>
        {
            using var client = host.As(p.Id, group: null, Role.None);
            if (policy == "open")
            {
                return await client.PostAsJsonAsync($"/api/groups/{tenant.Group}/join", new { });
            }

            var id = await AskAsync(client, tenant.Group);
            return await tenant.Client.PostAsJsonAsync($"/api/groups/{tenant.Group}/join-requests/{id}/approve", new { });
        }));
        Assert.Equal(2, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        await answers.First(a => a.StatusCode != HttpStatusCode.OK).ProblemAsync(403, "quota_exceeded");
        Assert.Equal(3, await host.Database.ScalarAsync<long>("select count(*) from memberships where group_id = $1 and left_at is null", tenant.Group));
    }

    private static async Task<string> AskAsync(HttpClient client, Guid group)
    {
        using var answer = await client.PostAsJsonAsync($"/api/groups/{group}/join-requests", new { });
        return (string)(await answer.OkAsync())["requestId"]!;
    }

    private async Task<Tenant> WithPolicyAsync(string policy, params string[] domains)
    {
        var tenant = await host.TenantAsync();
        using var changed = await tenant.Client.PatchAsJsonAsync(
            $"/api/groups/{tenant.Group}", new { settings = new { visibility = "public", joinPolicy = policy, allowedDomains = domains } });
        await changed.OkAsync();
        return tenant;
    }

    private async Task LimitAsync(Tenant tenant, object limits)
    {
        using var platform = host.As(Guid.NewGuid(), group: null, Role.PlatformOwner);
        using var answer = await platform.PatchAsJsonAsync($"/api/groups/{tenant.Group}", new { settings = new { limits } });
        await answer.OkAsync();
    }
}
