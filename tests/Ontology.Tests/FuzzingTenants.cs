using System.Net.Http.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

/// <summary>P1 by brute force: random callers of one tree guess the ids of another on every route of the service.</summary>
[Trait("Proof", "P1")]
public sealed class FuzzingTenants(OntologyHost host) : IClassFixture<OntologyHost>
{
    private const int Requests = 3_000;

    private static readonly string[] s_queries =
        ["", "?scope=subtree", "?includeArchived=true&scope=subtree&count=exact", "?q={secret}", "?filter=name%3A%22{secret}%22", "?depth=6&direction=both", "?slug={slug}"];

    [Fact]
    public async Task No_caller_of_one_tree_sees_or_changes_anything_of_another()
    {
        var (mine, theirs) = (await TreeAsync(), await TreeAsync());
        var before = await SnapshotAsync(theirs);
        var random = new Random(20261123);
        var routes = Routes(_ => true);
        var callers = mine.Groups.SelectMany(g => new[] { Role.Customer, Role.GroupUser, Role.GroupOwner }.Select(role => host.As(mine.Person, g, role)))
            .Append(host.AsKey(Guid.NewGuid(), mine.Groups[0], "*")).ToArray();
        for (var i = 0; i < Requests; i++)
        {
            await GuessAsync(callers[random.Next(callers.Length)], routes[random.Next(routes.Count)], mine, theirs, random);
        }

        Assert.Equal(before, await SnapshotAsync(theirs));
    }

    /// <remarks>Every tenant predicate compares with the group the handler is given. Here that group is the other tenant's, so that the predicates keep nobody out.</remarks>
    [Fact]
    public async Task Row_security_alone_keeps_tenants_apart_when_the_predicates_name_the_other_tenant()
    {
        var (mine, theirs) = (await TreeAsync(), await TreeAsync());
        var before = await SnapshotAsync(theirs);
        var random = new Random(7);
        // Elsewhere the database is told the group that the handler is given, or sees to it itself whose it is.
        var routes = Routes(r => new[] { "/api/things", "/api/connections", "/api/people" }.Any(p => r.Path.StartsWith(p, StringComparison.Ordinal)));
        await using var service = host.InstanceWith().WithWebHostBuilder(builder => builder.ConfigureTestServices(
            services => services.AddSingleton<IAuthorizationHandler>(new TakePredicatesElsewhere(theirs.Groups[0]))));
        using var caller = service.CreateClient();
        caller.DefaultRequestHeaders.Authorization = new("Bearer", host.Tokens.ForPerson(mine.Person, mine.Groups[0]));
        for (var i = 0; i < Requests / 3; i++)
        {
            await GuessAsync(caller, routes[random.Next(routes.Count)], mine, theirs, random);
        }

        Assert.Equal(before, await SnapshotAsync(theirs));
    }

    private static async Task GuessAsync(HttpClient caller, (string Method, string Path) route, Tree mine, Tree theirs, Random random)
    {
        // Guesses are mostly foreign; now and then one of the caller's own makes a request that gets further.
        Guid Id() => random.Next(5) == 0 ? mine.Ids[random.Next(mine.Ids.Count)] : theirs.Ids[random.Next(theirs.Ids.Count)];
        var path = System.Text.RegularExpressions.Regex.Replace(
            route.Path, @"\{[^}]+\}", m => m.Value.Contains("externalId") || m.Value.Contains("slug") ? theirs.Secret : Id().ToString());
        var query = s_queries[random.Next(s_queries.Length)].Replace("{secret}", theirs.Secret).Replace("{slug}", theirs.Secret);
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), path + query);
        if (random.Next(4) == 0)
        {
            request.Headers.Add("X-Group-Id", Id().ToString());
        }

        if (route.Method is not "GET")
        {
            request.Content = Body(route, Id, random);
        }

        using var answer = await caller.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode < 500, $"{route.Method} {path}{query} answered {(int)answer.StatusCode}: {text}");
        // What the caller said itself may be said back.
        var shown = text.Replace(path, "", StringComparison.OrdinalIgnoreCase);
        if (!path.Contains(theirs.Secret) && !query.Contains(theirs.Secret))
        {
            Assert.False(shown.Contains(theirs.Secret), $"{route.Method} {path}{query} showed {text}");
        }

        Assert.DoesNotContain(theirs.Groups, g => shown.Contains($"\"groupId\":\"{g}\""));
    }

    private static HttpContent Body((string Method, string Path) route, Func<Guid> id, Random random)
    {
        if (route.Path.EndsWith("/import"))
        {
            return new StringContent("""{"type":"note","name":"guess"}""", System.Text.Encoding.UTF8, "application/x-ndjson");
        }

        object body = random.Next(9) switch
        {
            0 => new { fromId = id(), toId = id(), type = "references" },
            1 => new { items = new object[] { new { id = id(), name = "guess" }, new { fromId = id(), toId = id(), type = "references" } } },
            2 => new { ids = new[] { id(), id() } },
            3 => new { parentGroupId = id() },
            6 => new { },
            7 => new { role = "group_user" },
            8 => new
            {
                atomic = false,
                operations = new object[]
                {
                    new { op = "things.update", target = id(), body = new { name = "guess" } },
                    new { op = "groups.archive", target = id() },
                    new { op = "connections.delete", target = id() },
                },
            },
            4 => new { type = "note", name = "guess", groupId = id() },
            _ => new { name = "guess" },
        };
        return JsonContent.Create(body);
    }

    private List<(string Method, string Path)> Routes(Func<(string Method, string Path), bool> which)
    {
        var routes = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(m => (m, $"/{e.RoutePattern.RawText!.TrimStart('/')}")))
            .Where(r => r.Item2.StartsWith("/api/", StringComparison.Ordinal) && !r.Item2.EndsWith("/events", StringComparison.Ordinal) && which(r)).ToList();
        Assert.True(routes.Count > 15, $"Only {routes.Count} routes were found.");
        return routes;
    }

    private async Task<Tree> TreeAsync()
    {
        var tenant = await host.TenantAsync();
        var secret = $"zarquon{Guid.NewGuid():N}"[..24];
        using var made = await tenant.Client.PostAsJsonAsync("/api/groups", new { slug = secret, name = secret, type = "community", parentGroupId = tenant.Group });
        var child = (await made.OkAsync()).Id();
        var member = await host.MemberAsync(tenant, "group_user");
        using var asker = host.As((await host.UserAsync(secret)).Id, group: null, Role.None);
        using var asked = await asker.PostAsJsonAsync($"/api/groups/{child}/join", new { message = secret });
        // A community shows itself to everybody until its owner hides it, as here.
        using var hidden = await tenant.Client.PatchAsJsonAsync($"/api/groups/{child}", new { settings = new { visibility = "private" } });
        await hidden.OkAsync();
        using var type = await tenant.Client.PostAsJsonAsync("/api/ontology/thing-types", new { name = secret, schema = new { type = "object" } });
        await type.OkAsync();
        var ids = new List<Guid> { tenant.Group, child, tenant.Person, member, Guid.Parse((string)(await asked.OkAsync())["requestId"]!) };
        foreach (var group in new[] { tenant.Group, child })
        {
            var owner = new Tenant(group, tenant.Person, host.As(tenant.Person, group));
            var (one, two) = (await owner.ThingAsync($"{secret} one", properties: new { content = secret }, externalId: secret), await owner.ThingAsync($"{secret} two"));
            using var connected = await owner.Client.PostAsJsonAsync("/api/connections", new { fromId = one.Id(), toId = two.Id(), type = "references", metadata = new { secret } });
            using var message = await owner.Client.PostAsJsonAsync("/api/contact", new { email = "a@example.org", message = secret });
            ids.AddRange([one.Id(), two.Id(), (await connected.OkAsync()).Id(), (await message.OkAsync()).Id()]);
        }

        return new Tree([tenant.Group, child], tenant.Person, ids, secret);
    }

    private async Task<string?> SnapshotAsync(Tree tree) => await host.Database.ScalarAsync<string>(
        """
        select concat(
            (select string_agg(t::text, '|' order by t.id) from things t where t.group_id = any($1)),
            (select string_agg(c::text, '|' order by c.id) from connections c where c.group_id = any($1)),
            (select string_agg(m::text, '|' order by m.person_id) from memberships m where m.group_id = any($1)),
            (select string_agg(i::text, '|' order by i.id) from invitations i where i.group_id = any($1)),
            (select string_agg(r::text, '|' order by r.id) from join_requests r where r.group_id = any($1)),
            (select string_agg(y::text, '|' order by y.id) from custom_types y where y.group_id = any($1)),
            (select string_agg(g::text, '|' order by g.id) from groups g where g.path && $1))
        """, tree.Groups);

    private sealed record Tree(Guid[] Groups, Guid Person, List<Guid> Ids, string Secret);

    /// <summary>Runs after the database was told the caller's own tenant, and gives the handlers another.</summary>
    private sealed class TakePredicatesElsewhere(Guid group) : IAuthorizationHandler
    {
        public Task HandleAsync(AuthorizationHandlerContext context)
        {
            if (context.Resource is HttpContext http && http.CallerOrNull() is { } caller)
            {
                http.Features.Set(caller with { GroupId = group });
            }

            return Task.CompletedTask;
        }
    }
}
