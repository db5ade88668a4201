using System.Net;
using System.Net.Http.Json;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

public sealed class ManagingPeople(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task Of_two_owners_who_leave_at_once_one_stays()
    {
        for (var round = 0; round < 5; round++)
        {
            var tenant = await host.TenantAsync();
            var second = await host.MemberAsync(tenant, "group_owner");
            using var other = host.As(second, tenant.Group);
            var answers = await Task.WhenAll(
                tenant.Client.DeleteAsync($"/api/people/{tenant.Person}"), other.DeleteAsync($"/api/people/{second}"),
                tenant.Client.PatchAsJsonAsync($"/api/people/{tenant.Person}", new { role = "customer" }));
            Assert.Contains(answers, a => a.StatusCode == HttpStatusCode.Conflict);
            Assert.Equal(1, await host.Database.ScalarAsync<long>(
                "select count(*) from memberships where group_id = $1 and role = 'group_owner' and left_at is null", tenant.Group));
        }
    }

    [Fact]
    public async Task The_only_owner_is_neither_removed_nor_lowered()
    {
        var tenant = await host.TenantAsync();
        using var removed = await tenant.Client.DeleteAsync($"/api/people/{tenant.Person}");
        await removed.ProblemAsync(409, "last_owner");
        using var lowered = await tenant.Client.PatchAsJsonAsync($"/api/people/{tenant.Person}", new { role = "group_user" });
        await lowered.ProblemAsync(409, "last_owner");
    }

    [Fact]
    public async Task An_owner_changes_roles_and_a_person_their_own_profile()
    {
        var tenant = await host.TenantAsync();
        var person = await host.MemberAsync(tenant, "customer");
        using var raised = await tenant.Client.PatchAsJsonAsync($"/api/people/{person}", new { role = "editor", permissions = new[] { "read", "billing" } });
        Assert.Equal("group_user", (string?)(await raised.OkAsync())["role"]);
        Assert.Equal(1, await host.Database.ScalarAsync<long>(
            "select count(*) from outbox where type like '%MembershipsChanged%' and body like '%person_role_changed%' and body like $1", $"%{person}%"));
        using var self = host.As(person, tenant.Group, Role.GroupUser);
        using var own = await self.PatchAsJsonAsync($"/api/people/{person}", new { profile = new { displayName = "Ada", bio = "Counts" } });
        Assert.Equal("Ada", (string?)(await own.OkAsync())["profile"]!["displayName"]);
        using var wrong = await self.PatchAsJsonAsync($"/api/people/{person}", new { profile = new { displayName = 7 } });
        Assert.Equal("/profile/displayName", (string?)(await wrong.ProblemAsync(400, "wrong_type"))["errors"]![0]!["pointer"]);
        using var others = await tenant.Client.PatchAsJsonAsync($"/api/people/{person}", new { profile = new { bio = "x" } });
        await others.ProblemAsync(403, "insufficient_role");
        using var grab = await self.PatchAsJsonAsync($"/api/people/{person}", new { role = "group_owner" });
        await grab.ProblemAsync(403, "insufficient_role");
        using var above = await tenant.Client.PatchAsJsonAsync($"/api/people/{person}", new { role = "platform_owner" });
        await above.ProblemAsync(403, "insufficient_role");
    }

    [Fact]
    public async Task Whoever_left_is_gone_and_comes_back_by_another_invitation()
    {
        var tenant = await host.TenantAsync();
        var person = await host.MemberAsync(tenant, "group_user");
        using var self = host.As(person, tenant.Group, Role.GroupUser);
        using var left = await self.DeleteAsync($"/api/people/{person}");
        Assert.Equal(HttpStatusCode.NoContent, left.StatusCode);
        using var gone = await tenant.Client.GetAsync($"/api/people/{person}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        using var archived = await tenant.Client.GetAsync("/api/people?includeArchived=true&filter=role=group_user");
        Assert.Equal("left", (string?)Assert.Single((await archived.OkAsync())["results"]!.AsArray())!["status"]);
        var email = await host.Database.ScalarAsync<string>("select email from users where id = $1", person);
        using var invited = await tenant.Client.PostAsJsonAsync("/api/people", new { email, role = "customer" });
        var token = (string)(await invited.OkAsync())["inviteToken"]!;
        using var back = await self.PostAsync($"/api/people/invitations/{token}/accept", content: null);
        Assert.Equal("customer", (string?)(await back.OkAsync())["role"]);
        using var member = await tenant.Client.PostAsJsonAsync("/api/people", new { email, role = "customer" });
        await member.ProblemAsync(409, "already_member");
    }

    [Fact]
    public async Task People_of_another_group_are_as_good_as_absent()
    {
        var (tenant, other) = (await host.TenantAsync(), await host.TenantAsync());
        foreach (var id in new[] { other.Person, Guid.NewGuid() })
        {
            using var read = await tenant.Client.GetAsync($"/api/people/{id}");
            using var groups = await tenant.Client.GetAsync($"/api/people/{id}/groups");
            using var patch = await tenant.Client.PatchAsJsonAsync($"/api/people/{id}", new { role = "customer" });
            using var removed = await tenant.Client.DeleteAsync($"/api/people/{id}");
            Assert.All([read, groups, patch, removed], a => Assert.Equal(HttpStatusCode.NotFound, a.StatusCode));
        }
    }

    [Fact]
    public async Task A_customer_sees_only_themselves()
    {
        var tenant = await host.TenantAsync();
        var person = await host.MemberAsync(tenant, "customer");
        using var customer = host.As(person, tenant.Group, Role.Customer);
        using var self = await customer.GetAsync($"/api/people/{person}");
        await self.OkAsync();
        using var other = await customer.GetAsync($"/api/people/{tenant.Person}");
        await other.ProblemAsync(403, "insufficient_role");
        using var list = await customer.GetAsync("/api/people");
        await list.ProblemAsync(403, "insufficient_role");
    }

    [Fact]
    public async Task A_stale_version_is_refused()
    {
        var tenant = await host.TenantAsync();
        var person = await host.MemberAsync(tenant, "customer");
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/people/{person}") { Content = JsonContent.Create(new { role = "group_user" }) };
        request.Headers.TryAddWithoutValidation("If-Match", "\"stale\"");
        using var answer = await tenant.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.PreconditionFailed, answer.StatusCode);
    }
}
