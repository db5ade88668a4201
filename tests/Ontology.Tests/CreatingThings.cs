using System.Net;
using System.Net.Http.Json;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

public sealed class CreatingThings(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task A_thing_is_created_with_location_tag_and_one_event()
    {
        var tenant = await host.TenantAsync();
        using var answer = await tenant.Client.PostAsJsonAsync("/api/things", new { type = "course", name = "C#", properties = new { price = 10, mine = true } });
        var thing = await answer.OkAsync();
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal($"/api/things/{thing.Id()}", answer.Headers.Location!.OriginalString);
        Assert.NotNull(answer.Headers.ETag);
        Assert.Equal("active", (string?)thing["status"]);
        Assert.True((bool)thing["properties"]!["mine"]!);
        using var read = await tenant.Client.GetAsync($"/api/things/{thing.Id()}");
        Assert.Equal(answer.Headers.ETag, read.Headers.ETag);
        Assert.Equal("C#", (string?)(await read.OkAsync())["name"]);
        Assert.Equal(1, await host.Database.ScalarAsync<long>("select count(*) from outbox where body like '%entity_created%' and body like $1", $"%{thing.Id()}%"));
    }

    [Fact]
    public async Task A_known_property_of_the_wrong_type_is_named_by_its_pointer_and_nothing_is_stored()
    {
        var tenant = await host.TenantAsync();
        using var answer = await tenant.Client.PostAsJsonAsync("/api/things", new { type = "course", name = "C#", properties = new { price = "ten" } });
        var problem = await answer.ProblemAsync(400, "wrong_type");
        Assert.Equal("/properties/price", (string?)problem["errors"]![0]!["pointer"]);
        Assert.Equal(0, await host.Database.ScalarAsync<long>("select count(*) from things where group_id = $1", tenant.Group));
    }

    [Fact]
    public async Task An_unknown_type_and_an_unknown_member_are_refused()
    {
        var tenant = await host.TenantAsync();
        using var type = await tenant.Client.PostAsJsonAsync("/api/things", new { type = "no_such", name = "x" });
        await type.ProblemAsync(400, "invalid_type");
        using var member = await tenant.Client.PostAsJsonAsync("/api/things", new { type = "note", name = "x", groupId = Guid.NewGuid() });
        await member.ProblemAsync(400, "unknown_member");
        using var name = await tenant.Client.PostAsJsonAsync("/api/things", new { type = "note", name = "" });
        Assert.Equal(HttpStatusCode.BadRequest, name.StatusCode);
    }

    [Fact]
    public async Task Text_and_numbers_that_cannot_be_stored_are_refused()
    {
        var tenant = await host.TenantAsync();
        foreach (var properties in new[] { """{"a":"\u0000"}""", """{"a":"\ud800"}""", """{"a":1e999}""", """[1]""" })
        {
            using var body = new StringContent($$"""{"type":"note","name":"x","properties":{{properties}}}""", null, "application/json");
            using var answer = await tenant.Client.PostAsync("/api/things", body);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Two_at_once_with_one_external_id_make_one_thing_and_one_event()
    {
        var tenant = await host.TenantAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => tenant.Client.PostAsJsonAsync(
            "/api/things", new { type = "note", name = "n", externalId = "only-one" })));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
        Assert.Equal(9, answers.Count(a => a.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal(1, await host.Database.ScalarAsync<long>(
            "select count(*) from outbox where body like '%entity_created%' and body like $1", $"%{tenant.Group}%"));
    }

    [Fact]
    public async Task Upserts_at_once_leave_one_thing_and_never_fail()
    {
        var tenant = await host.TenantAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => tenant.Client.PutAsJsonAsync(
            "/api/things/by-external-id/x-1", new { type = "note", name = $"n{i}" })));
        Assert.All(answers, a => Assert.True(a.IsSuccessStatusCode, a.StatusCode.ToString()));
        Assert.Equal(1, await host.Database.ScalarAsync<long>("select count(*) from things where group_id = $1", tenant.Group));
    }

    [Fact]
    public async Task A_strict_group_refuses_what_is_missing()
    {
        var tenant = await host.TenantAsync();
        using var settings = await tenant.Client.PatchAsJsonAsync($"/api/groups/{tenant.Group}", new { settings = new { strictProperties = true } });
        await settings.OkAsync();
        using var answer = await tenant.Client.PostAsJsonAsync("/api/things", new { type = "course", name = "C#" });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(0, await host.Database.ScalarAsync<long>("select count(*) from things where group_id = $1", tenant.Group));
    }

    [Theory]
    [InlineData(Role.Customer, HttpStatusCode.Forbidden)]
    [InlineData(Role.GroupUser, HttpStatusCode.Created)]
    [InlineData(Role.GroupOwner, HttpStatusCode.Created)]
    public async Task The_role_decides_who_creates(Role role, HttpStatusCode expected)
    {
        var tenant = await host.TenantAsync();
        using var client = host.As(Guid.NewGuid(), tenant.Group, role);
        using var answer = await client.PostAsJsonAsync("/api/things", new { type = "note", name = "n" });
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task A_thing_of_another_tenant_is_as_absent_as_one_that_never_was()
    {
        var (one, other) = (await host.TenantAsync(), await host.TenantAsync());
        var thing = await other.ThingAsync("secret");
        foreach (var path in new[] { "", "/connections", "/events" })
        {
            using var foreign = await one.Client.GetAsync($"/api/things/{thing.Id()}{path}");
            using var absent = await one.Client.GetAsync($"/api/things/{Guid.NewGuid()}{path}");
            Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        }

        using var patch = await one.Client.PatchAsJsonAsync($"/api/things/{thing.Id()}", new { name = "mine" });
        Assert.Equal(HttpStatusCode.NotFound, patch.StatusCode);
        using var delete = await one.Client.DeleteAsync($"/api/things/{thing.Id()}");
        Assert.Equal(HttpStatusCode.NotFound, delete.StatusCode);
        using var list = await one.Client.GetAsync("/api/things?scope=subtree");
        Assert.Empty((await list.OkAsync())["results"]!.AsArray());
    }

    [Fact]
    public async Task The_event_log_being_down_says_so()
    {
        var tenant = await host.TenantAsync();
        var thing = await tenant.ThingAsync("n");
        using var answer = await tenant.Client.GetAsync($"/api/things/{thing.Id()}/events");
        await answer.ProblemAsync(503, "service_unavailable");
        Assert.NotNull(answer.Headers.RetryAfter);
    }
}
