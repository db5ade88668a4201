using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

public sealed class DefiningTypes(OntologyHost host) : IClassFixture<OntologyHost>
{
    private const string Things = "/api/ontology/thing-types";

    private static readonly object s_recipe = Schema(new { servings = new { type = "integer", minimum = 1 }, steps = new { type = "array", items = new { type = "string" } } });

    [Fact]
    public async Task A_group_defines_a_type_and_every_group_below_has_it_and_no_other_has()
    {
        var (tenant, stranger) = (await host.TenantAsync(), await host.TenantAsync());
        using var made = await tenant.Client.PostAsJsonAsync(Things, new { name = "recipe", schema = s_recipe, documented = new[] { "servings" } });
        Assert.Equal(("custom", 1L), ((string?)(await made.OkAsync())["tier"], (long)(await Get(tenant.Client, "recipe"))["version"]!));
        var below = await ChildAsync(tenant);
        Assert.Equal(tenant.Group.ToString(), (string?)(await Get(below, "recipe"))["groupId"]);
        using var thing = await below.PostAsJsonAsync("/api/things", new { type = "recipe", name = "Soup", properties = new { servings = 4 } });
        await thing.OkAsync();
        using var wrong = await below.PostAsJsonAsync("/api/things", new { type = "recipe", name = "Soup", properties = new { steps = new object[] { "boil", 3 } } });
        var problem = await wrong.ProblemAsync(400, "wrong_type");
        Assert.Equal("/properties/steps/1", (string?)problem["errors"]![0]!["pointer"]);
        using var warned = await below.PostAsJsonAsync("/api/things?strict=false", new { type = "recipe", name = "Bread" });
        Assert.Equal("servings", (string?)(await warned.OkAsync())["warnings"]![0]);
        using var foreign = await stranger.Client.GetAsync($"{Things}/recipe");
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        using var unknown = await stranger.Client.PostAsJsonAsync("/api/things", new { type = "recipe", name = "Soup" });
        await unknown.ProblemAsync(400, "invalid_type");
        using var discovery = await below.GetAsync("/api/ontology");
        Assert.Equal(1, (int)(await discovery.OkAsync())["counts"]!["customThingTypes"]!);
        Assert.Equal(1, await host.Database.ScalarAsync<long>(
            "select count(*) from outbox where type like '%TypesChanged%' and body like '%type_created%' and body like $1", $"%{tenant.Group}%"));
    }

    [Fact]
    public async Task A_change_that_what_is_stored_does_not_fit_is_refused_and_names_the_place()
    {
        var tenant = await host.TenantAsync();
        await DefineAsync(tenant, "recipe", s_recipe);
        var below = await ChildAsync(tenant);
        foreach (var servings in new[] { 2, 40 })
        {
            using var thing = await below.PostAsJsonAsync("/api/things", new { type = "recipe", name = "Soup", properties = new { servings, steps = new[] { "boil" } } });
            await thing.OkAsync();
        }

        using var narrowed = await Patch(tenant.Client, $"{Things}/recipe", new { schema = new { properties = new { servings = new { maximum = 10 } } } });
        var problem = await narrowed.ProblemAsync(409, "type_incompatible");
        Assert.Equal(("/properties/servings", "out_of_range"), ((string?)problem["errors"]![0]!["pointer"], (string?)problem["errors"]![0]!["code"]));
        Assert.StartsWith("1 things", (string)problem["errors"]![0]!["detail"]!, StringComparison.Ordinal);
        using var kinds = await Patch(tenant.Client, $"{Things}/recipe", new { schema = new { properties = new { steps = new { items = new { type = "integer" } } } } });
        Assert.Equal("/properties/steps/*", (string?)(await kinds.ProblemAsync(409, "type_incompatible"))["errors"]![0]!["pointer"]);

        using var widened = await Patch(tenant.Client, $"{Things}/recipe", new { schema = new { properties = new { servings = new { maximum = 40 } } } });
        Assert.Equal(2, (long)(await widened.OkAsync())["version"]!);
        using var late = await below.PostAsJsonAsync("/api/things", new { type = "recipe", name = "Soup", properties = new { servings = 41 } });
        await late.ProblemAsync(400, "out_of_range");
    }

    [Fact]
    public async Task Only_the_group_that_made_a_type_changes_it_and_only_as_it_was_read()
    {
        var tenant = await host.TenantAsync();
        await DefineAsync(tenant, "recipe", s_recipe);
        var below = await ChildAsync(tenant);
        using var inherited = await Patch(below, $"{Things}/recipe", new { description = "x" });
        await inherited.ProblemAsync(403, "inherited_type");
        using var canonical = await Patch(tenant.Client, $"{Things}/course", new { description = "x" });
        await canonical.ProblemAsync(409, "canonical_type");
        using var gone = await tenant.Client.DeleteAsync($"{Things}/course");
        await gone.ProblemAsync(409, "canonical_type");
        using var read = await tenant.Client.GetAsync($"{Things}/recipe");
        var tag = read.Headers.ETag!.ToString();
        using var first = await Patch(tenant.Client, $"{Things}/recipe", new { description = "First" }, tag);
        await first.OkAsync();
        using var second = await Patch(tenant.Client, $"{Things}/recipe", new { description = "Second" }, tag);
        await second.ProblemAsync(412, "precondition_failed");
        using var user = host.As(await host.MemberAsync(tenant, "group_user"), tenant.Group, Role.GroupUser);
        using var lowly = await user.PostAsJsonAsync(Things, new { name = "mine", schema = s_recipe });
        await lowly.ProblemAsync(403, "insufficient_role");
    }

    [Fact]
    public async Task A_type_in_use_stays_and_an_unused_one_goes()
    {
        var tenant = await host.TenantAsync();
        await DefineAsync(tenant, "recipe", s_recipe);
        var below = await ChildAsync(tenant);
        using var thing = await below.PostAsJsonAsync("/api/things", new { type = "recipe", name = "Soup" });
        await below.DeleteAsync($"/api/things/{(await thing.OkAsync()).Id()}");
        using var used = await tenant.Client.DeleteAsync($"{Things}/recipe");
        await used.ProblemAsync(409, "type_in_use");
        await DefineAsync(tenant, "unused", s_recipe);
        using var unused = await tenant.Client.DeleteAsync($"{Things}/unused");
        Assert.Equal(HttpStatusCode.NoContent, unused.StatusCode);
        using var refused = await tenant.Client.PostAsJsonAsync("/api/things", new { type = "unused", name = "x" });
        await refused.ProblemAsync(400, "invalid_type");
    }

    [Theory]
    [InlineData("""{"name":"Recipe","schema":{}}""", "/name")]
    [InlineData("""{"name":"recipe"}""", "/schema")]
    [InlineData("""{"name":"recipe","schema":{"type":"object","properties":{"a":{"unevaluatedItems":false}}}}""", "/schema/properties/a/unevaluatedItems")]
    [InlineData("""{"name":"recipe","schema":{"properties":{"a":{"type":"text"}}}}""", "/schema/properties/a/type")]
    [InlineData("""{"name":"recipe","schema":{},"colour":"red"}""", "/colour")]
    public async Task A_wrong_definition_is_refused_at_its_place(string body, string pointer)
    {
        var tenant = await host.TenantAsync();
        using var answer = await tenant.Client.PostAsync(Things, new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(pointer, (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]![0]!["pointer"]);
    }

    [Fact]
    public async Task A_name_means_one_thing_from_the_top_down()
    {
        var tenant = await host.TenantAsync();
        var below = await ChildAsync(tenant);
        using var canonical = await tenant.Client.PostAsJsonAsync(Things, new { name = "course", schema = s_recipe });
        await canonical.ProblemAsync(409, "type_exists");
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? tenant.Client : below).PostAsJsonAsync(Things, new { name = "recipe", schema = s_recipe })));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
        await answers.First(a => a.StatusCode != HttpStatusCode.Created).ProblemAsync(409, "type_exists");
    }

    [Fact]
    public async Task A_connection_type_keeps_its_ends_its_number_and_its_order()
    {
        var tenant = await host.TenantAsync();
        await DefineAsync(tenant, "recipe", s_recipe);
        const string Types = "/api/ontology/connection-types";
        using var bad = await tenant.Client.PostAsJsonAsync(Types, new { name = "made_of", from = new[] { "nothing" } });
        Assert.Equal("/from/0", (string?)(await bad.ProblemAsync(400, "invalid_type"))["errors"]![0]!["pointer"]);
        using var made = await tenant.Client.PostAsJsonAsync(
            Types, new { name = "follows_from", from = new[] { "recipe" }, to = new[] { "recipe" }, strictEnds = true, acyclic = true, cardinality = "many_to_one" });
        await made.OkAsync();
        var (a, b, c, note) = ((await tenant.ThingAsync("a", "recipe")).Id(), (await tenant.ThingAsync("b", "recipe")).Id(),
            (await tenant.ThingAsync("c", "recipe")).Id(), (await tenant.ThingAsync("n")).Id());
        await (await Connect(tenant, a, b)).OkAsync();
        await (await Connect(tenant, a, c)).ProblemAsync(409, "cardinality");
        await (await Connect(tenant, b, a)).ProblemAsync(409, "cycle");
        await (await Connect(tenant, c, note)).ProblemAsync(400, "wrong_ends");
        await (await Connect(tenant, c, b)).OkAsync();
        using var narrowed = await Patch(tenant.Client, $"{Types}/follows_from", new { cardinality = "one_to_one" });
        Assert.Equal("/cardinality", (string?)(await narrowed.ProblemAsync(409, "type_incompatible"))["errors"]![0]!["pointer"]);
        using var used = await tenant.Client.DeleteAsync($"{Types}/follows_from");
        await used.ProblemAsync(409, "type_in_use");
    }

    [Fact]
    public async Task A_restored_thing_brings_no_connection_back_that_would_be_one_too_many()
    {
        var tenant = await host.TenantAsync();
        using var made = await tenant.Client.PostAsJsonAsync("/api/ontology/connection-types", new { name = "follows_from", cardinality = "one_to_one" });
        await made.OkAsync();
        var (a, b, c) = ((await tenant.ThingAsync("a")).Id(), (await tenant.ThingAsync("b")).Id(), (await tenant.ThingAsync("c")).Id());
        await (await Connect(tenant, a, b)).OkAsync();
        await tenant.Client.DeleteAsync($"/api/things/{a}");
        var later = (await (await Connect(tenant, c, b)).OkAsync()).Id();
        using var restored = await tenant.Client.PostAsync($"/api/things/{a}/restore", content: null);
        await restored.OkAsync();
        using var standing = await tenant.Client.GetAsync($"/api/connections/to/{b}");
        Assert.Equal([later], (await standing.OkAsync())["results"]!.AsArray().Select(r => ((JsonObject)r!).Id()));
        await tenant.Client.DeleteAsync($"/api/connections/{later}");
        await tenant.Client.DeleteAsync($"/api/things/{a}");
        using var again = await tenant.Client.PostAsync($"/api/things/{a}/restore", content: null);
        await again.OkAsync();
        using var back = await tenant.Client.GetAsync($"/api/connections/to/{b}");
        Assert.Single((await back.OkAsync())["results"]!.AsArray());
    }

    [Fact]
    public async Task An_event_type_begins_with_x_and_goes_only_when_the_log_says_it_has_none()
    {
        var tenant = await host.TenantAsync();
        const string Types = "/api/ontology/event-types";
        using var bad = await tenant.Client.PostAsJsonAsync(Types, new { name = "cooked" });
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        using var made = await tenant.Client.PostAsJsonAsync(Types, new { name = "x.cooked", schema = Schema(new { minutes = new { type = "integer" } }) });
        await made.OkAsync();
        using var changed = await Patch(tenant.Client, $"{Types}/x.cooked", new { description = "Something was cooked." });
        Assert.Equal(2, (long)(await changed.OkAsync())["version"]!);
        using var unknown = await tenant.Client.DeleteAsync($"{Types}/x.cooked");
        await unknown.ProblemAsync(503, "service_unavailable");
    }

    [Fact]
    public async Task Another_instance_sees_every_change_at_once()
    {
        var tenant = await host.TenantAsync();
        await using var second = host.InstanceWith();
        using var other = second.ClientWith(host.Tokens.ForPerson(tenant.Person, tenant.Group, Role.GroupOwner));
        using var early = await other.PostAsJsonAsync("/api/things", new { type = "note", name = "n" });
        await early.OkAsync();
        await DefineAsync(tenant, "recipe", s_recipe);
        using var made = await other.PostAsJsonAsync("/api/things", new { type = "recipe", name = "Soup", properties = new { servings = 4 } });
        await made.OkAsync();
        using var changed = await Patch(tenant.Client, $"{Things}/recipe", new { schema = new { properties = new { servings = new { maximum = 10 } } } });
        await changed.OkAsync();
        using var bulk = await other.PostAsJsonAsync("/api/things/bulk", new { items = new[] { new { type = "recipe", name = "Soup", properties = new { servings = 11 } } } });
        Assert.Equal("out_of_range", (string?)(await bulk.OkAsync())["errors"]![0]!["code"]);
        await DefineAsync(tenant, "unused", s_recipe);
        await Get(other, "unused");
        await tenant.Client.DeleteAsync($"{Things}/unused");
        using var gone = await other.PostAsJsonAsync("/api/things", new { type = "unused", name = "x" });
        await gone.ProblemAsync(400, "invalid_type");
    }

    [Fact]
    public async Task A_type_is_not_removed_beside_those_who_begin_to_use_it()
    {
        for (var round = 0; round < 4; round++)
        {
            var tenant = await host.TenantAsync();
            await DefineAsync(tenant, "recipe", s_recipe);
            var creating = Enumerable.Range(0, 4).Select(i => tenant.Client.PostAsJsonAsync("/api/things", new { type = "recipe", name = $"{i}" })).ToList();
            using var removed = await tenant.Client.DeleteAsync($"{Things}/recipe");
            var created = (await Task.WhenAll(creating)).Count(a => a.StatusCode == HttpStatusCode.Created);
            // Whoever comes first decides: a removed type has no things, a type with things is there.
            var left = await host.Database.ScalarAsync<long>("select count(*) from things where group_id = $1", tenant.Group);
            Assert.Equal(created, left);
            Assert.False(removed.StatusCode == HttpStatusCode.NoContent && created > 0);
        }
    }

    private static object Schema(object properties) => new { type = "object", properties };

    private static async Task DefineAsync(Tenant tenant, string name, object schema)
    {
        using var made = await tenant.Client.PostAsJsonAsync(Things, new { name, schema });
        await made.OkAsync();
    }

    private static async Task<JsonObject> Get(HttpClient client, string name)
    {
        using var answer = await client.GetAsync($"{Things}/{name}");
        return await answer.OkAsync();
    }

    private static Task<HttpResponseMessage> Connect(Tenant tenant, Guid from, Guid to)
        => tenant.Client.PostAsJsonAsync("/api/connections", new { fromId = from, toId = to, type = "follows_from" });

    private static async Task<HttpResponseMessage> Patch(HttpClient client, string path, object body, string? tag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, path) { Content = JsonContent.Create(body) };
        if (tag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", tag);
        }

        return await client.SendAsync(request);
    }

    private async Task<HttpClient> ChildAsync(Tenant tenant)
    {
        using var child = await tenant.Client.PostAsJsonAsync(
            "/api/groups", new { slug = $"c-{Guid.NewGuid():N}"[..20], name = "Child", type = "business", parentGroupId = tenant.Group });
        return host.As(tenant.Person, (await child.OkAsync()).Id());
    }
}
