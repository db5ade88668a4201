using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

/// <summary>The matrix of roles, cell by cell: what each role may do in each dimension that lives here.</summary>
public sealed class KeepingRoles(OntologyHost host) : IClassFixture<OntologyHost>
{
    /// <summary>Platform owner, owner, user, customer: 1 where it may.</summary>
    public static TheoryData<string, string> Cells => new()
    {
        { "groups.read", "1111" }, { "groups.read-below", "1110" }, { "groups.children", "1110" }, { "groups.hierarchy", "1110" }, { "groups.path", "1110" },
        { "groups.change", "1100" }, { "groups.archive", "1100" }, { "groups.create-below", "1100" },
        { "groups.list-requests", "1100" }, { "groups.approve", "1100" }, { "groups.reject", "1100" },
        { "people.list", "1110" }, { "people.read-other", "1110" }, { "people.invite", "1100" }, { "people.change-other", "1100" },
        { "people.remove-other", "1100" }, { "people.list-invitations", "1100" },
        { "things.list", "1111" }, { "things.read-draft", "1110" }, { "things.read-published", "1111" }, { "things.create", "1110" },
        { "things.change-own", "1110" }, { "things.change-other", "1100" }, { "things.archive-other", "1100" }, { "things.bulk", "1110" },
        { "connections.list", "1111" }, { "connections.create", "1110" }, { "connections.change-other", "1100" }, { "connections.remove-other", "1100" },
        { "connections.bulk", "1110" },
        { "types.read", "1111" }, { "types.create", "1100" },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task A_role_may_do_what_the_matrix_says_and_nothing_else(string what, string allowed)
    {
        var roles = new[] { Role.PlatformOwner, Role.GroupOwner, Role.GroupUser, Role.Customer };
        for (var i = 0; i < roles.Length; i++)
        {
            var tenant = await host.TenantAsync();
            using var client = await AsAsync(tenant, roles[i]);
            using var answer = await DoAsync(tenant, client, what);
            if (allowed[i] == '1')
            {
                Assert.True(answer.IsSuccessStatusCode, $"{what} as {roles[i]}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }
            else
            {
                Assert.True(
                    answer.StatusCode is HttpStatusCode.Forbidden || (answer.StatusCode is HttpStatusCode.NotFound && what == "things.read-draft"),
                    $"{what} as {roles[i]}: {answer.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task A_customer_lists_the_group_they_are_a_customer_of_and_none_below_it()
    {
        var tenant = await host.TenantAsync();
        var below = await BelowAsync(tenant);
        using var customer = await AsAsync(tenant, Role.Customer);
        using var user = await AsAsync(tenant, Role.GroupUser);

        Assert.Equal([tenant.Group], await ListedAsync(customer));
        Assert.Contains(below, await ListedAsync(user));

        static async Task<Guid[]> ListedAsync(HttpClient client)
            => [.. (await client.GetFromJsonAsync<JsonObject>("/api/groups?scope=subtree"))!["results"]!.AsArray().Select(g => g!.AsObject().Id())];
    }

    private async Task<HttpClient> AsAsync(Tenant tenant, Role role) => role switch
    {
        Role.GroupOwner => host.As(tenant.Person, tenant.Group),
        Role.PlatformOwner => host.As(Guid.NewGuid(), tenant.Group, role),
        _ => host.As(await host.MemberAsync(tenant, RoleNames.NameOf(role)), tenant.Group, role),
    };

    private async Task<HttpResponseMessage> DoAsync(Tenant tenant, HttpClient client, string what)
    {
        switch (what.Split('.'))
        {
            case ["groups", var verb]:
                return verb switch
                {
                    "read" => await client.GetAsync($"/api/groups/{tenant.Group}"),
                    "read-below" => await client.GetAsync($"/api/groups/{await BelowAsync(tenant)}"),
                    "children" or "hierarchy" or "path" => await client.GetAsync($"/api/groups/{tenant.Group}/{verb}"),
                    "change" => await client.PatchAsJsonAsync($"/api/groups/{tenant.Group}", new { name = "Renamed" }),
                    "archive" => await client.DeleteAsync($"/api/groups/{tenant.Group}"),
                    "list-requests" => await client.GetAsync($"/api/groups/{tenant.Group}/join-requests"),
                    "approve" or "reject" => await client.PostAsJsonAsync($"/api/groups/{tenant.Group}/join-requests/{await AskerAsync(tenant)}/{verb}", new { }),
                    _ => await AddBelowAsync(tenant, client),
                };
            case ["people", var verb]:
                var other = await host.MemberAsync(tenant, "customer");
                return verb switch
                {
                    "list" => await client.GetAsync("/api/people"),
                    "read-other" => await client.GetAsync($"/api/people/{other}"),
                    "invite" => await client.PostAsJsonAsync("/api/people", new { email = $"{Guid.NewGuid():N}@example.org", role = "customer" }),
                    "change-other" => await client.PatchAsJsonAsync($"/api/people/{other}", new { role = "group_user" }),
                    "remove-other" => await client.DeleteAsync($"/api/people/{other}"),
                    _ => await client.GetAsync("/api/people/invitations"),
                };
            case ["types", var verb]:
                return verb == "read"
                    ? await client.GetAsync("/api/ontology/thing-types")
                    : await client.PostAsJsonAsync("/api/ontology/thing-types", new { name = "recipe", schema = new { type = "object" } });
            case ["things", var verb]:
                return await ThingAsync(tenant, client, verb);
            default:
                return await ConnectionAsync(tenant, client, what.Split('.')[1]);
        }
    }

    private async Task<string> AskerAsync(Tenant tenant)
    {
        using var opened = await tenant.Client.PatchAsJsonAsync(
            $"/api/groups/{tenant.Group}", new { settings = new { visibility = "public", joinPolicy = "approval_required" } });
        await opened.OkAsync();
        using var asker = host.As((await host.UserAsync()).Id, group: null, Role.None);
        using var asked = await asker.PostAsJsonAsync($"/api/groups/{tenant.Group}/join", new { });
        return (string)(await asked.OkAsync())["requestId"]!;
    }

    private static async Task<HttpResponseMessage> ThingAsync(Tenant tenant, HttpClient client, string verb)
    {
        var item = new { type = "note", name = "n" };
        var other = (await tenant.ThingAsync("other")).Id();
        switch (verb)
        {
            case "read-published":
                await tenant.Client.PatchAsJsonAsync($"/api/things/{other}", new { status = "published" });
                return await client.GetAsync($"/api/things/{other}");
            case "change-own":
                var own = await client.PostAsJsonAsync("/api/things", item);
                return own.IsSuccessStatusCode ? await client.PatchAsJsonAsync($"/api/things/{(await own.OkAsync()).Id()}", new { name = "m" }) : own;
            default:
                return verb switch
                {
                    "list" => await client.GetAsync("/api/things"),
                    "read-draft" => await client.GetAsync($"/api/things/{other}"),
                    "create" => await client.PostAsJsonAsync("/api/things", item),
                    "change-other" => await client.PatchAsJsonAsync($"/api/things/{other}", new { name = "m" }),
                    "archive-other" => await client.DeleteAsync($"/api/things/{other}"),
                    _ => await client.PostAsJsonAsync("/api/things/bulk", new { items = new[] { item } }),
                };
        }
    }

    private static async Task<HttpResponseMessage> ConnectionAsync(Tenant tenant, HttpClient client, string verb)
    {
        var (a, b) = ((await tenant.ThingAsync("a")).Id(), (await tenant.ThingAsync("b")).Id());
        using var made = await tenant.Client.PostAsJsonAsync("/api/connections", new { fromId = a, toId = b, type = "references" });
        var other = (await made.OkAsync()).Id();
        var item = new { fromId = b, toId = a, type = "references" };
        return verb switch
        {
            "list" => await client.GetAsync("/api/connections"),
            "create" => await client.PostAsJsonAsync("/api/connections", item),
            "change-other" => await client.PatchAsJsonAsync($"/api/connections/{other}", new { strength = 0.5 }),
            "remove-other" => await client.DeleteAsync($"/api/connections/{other}"),
            _ => await client.PostAsJsonAsync("/api/connections/bulk", new { items = new[] { item } }),
        };
    }

    private static async Task<Guid> BelowAsync(Tenant tenant)
    {
        using var made = await AddBelowAsync(tenant, tenant.Client);
        return (await made.Content.ReadFromJsonAsync<JsonObject>())!.Id();
    }

    private static Task<HttpResponseMessage> AddBelowAsync(Tenant tenant, HttpClient client) => client.PostAsJsonAsync(
        "/api/groups", new { slug = $"c-{Guid.NewGuid():N}"[..20], name = "Child", type = "business", parentGroupId = tenant.Group });
}
