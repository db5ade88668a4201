using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePlatform.Ontology.Contact;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

public sealed class SendingContacts(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task A_stranger_s_message_is_the_platform_s_thing_with_one_event_and_no_actor()
    {
        var email = $"{Guid.NewGuid():N}@example.org";
        using var sent = await SendAsync(new { email, subject = "Hello", message = "Are you there?", name = "Grace" });
        var id = (await sent.OkAsync()).Id();
        Assert.Equal(HttpStatusCode.Created, sent.StatusCode);

        using var owner = host.As(Guid.NewGuid(), PlatformGroup.Id);
        using var found = await owner.GetAsync($"/api/contact/{id}");
        var thing = await found.OkAsync();
        Assert.Equal(("contact_submission", "Grace", "active"), ((string?)thing["type"], (string?)thing["name"], (string?)thing["status"]));
        Assert.Equal(("Are you there?", "new"), ((string?)thing["properties"]!["message"], (string?)thing["properties"]!["status"]));
        var body = await host.Database.ScalarAsync<string>("select body from outbox where body like $1", $"%{email}%");
        var line = Assert.Single(JsonNode.Parse(body!)!["log"]!.AsArray())!;
        Assert.Equal(("contact_submitted", id.ToString()), ((string?)line["type"], (string?)line["targetId"]));
        Assert.Equal("system", (string?)JsonNode.Parse(body!)!["origin"]!["actorKind"]);
    }

    [Fact]
    public async Task Its_owner_lists_messages_newest_first_and_moves_them_on()
    {
        var tenant = await host.TenantAsync();
        await tenant.ThingAsync("no message");
        using var first = await tenant.Client.PostAsJsonAsync("/api/contact", new { email = "a@example.org", message = "one" });
        using var second = await tenant.Client.PostAsJsonAsync("/api/contact", new { email = "b@example.org", message = "two" });
        var (one, two) = ((await first.OkAsync()).Id(), (await second.OkAsync()).Id());
        using var list = await tenant.Client.GetAsync("/api/contact?sort=-createdAt");
        Assert.Equal([two, one], (await list.OkAsync())["results"]!.AsArray().Select(r => Guid.Parse((string)r!["id"]!)));

        using var changed = await tenant.Client.PatchAsJsonAsync($"/api/contact/{one}", new { status = "inactive", properties = new { status = "responded" } });
        Assert.Equal("inactive", (string?)(await changed.OkAsync())["status"]);
        using var inactive = await tenant.Client.GetAsync("/api/contact?status=inactive");
        Assert.Single((await inactive.OkAsync())["results"]!.AsArray());
    }

    [Fact]
    public async Task Nobody_below_an_owner_reads_messages_and_no_other_tenant_does()
    {
        var (tenant, other) = (await host.TenantAsync(), await host.TenantAsync());
        using var sent = await tenant.Client.PostAsJsonAsync("/api/contact", new { email = "a@example.org", message = "one" });
        var id = (await sent.OkAsync()).Id();
        using var member = host.As(Guid.NewGuid(), tenant.Group, Role.GroupUser);
        foreach (var path in new[] { "/api/contact", $"/api/contact/{id}" })
        {
            using var refused = await member.GetAsync(path);
            await refused.ProblemAsync(403, "insufficient_role");
            using var anonymous = await host.Anonymous().GetAsync(path);
            Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        }

        using var foreign = await other.Client.GetAsync($"/api/contact/{id}");
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        using var patched = await other.Client.PatchAsJsonAsync($"/api/contact/{id}", new { status = "inactive" });
        Assert.Equal(HttpStatusCode.NotFound, patched.StatusCode);
        var thing = (await tenant.ThingAsync("no message")).Id();
        using var noMessage = await tenant.Client.PatchAsJsonAsync($"/api/contact/{thing}", new { name = "x" });
        Assert.Equal(HttpStatusCode.NotFound, noMessage.StatusCode);
    }

    [Fact]
    public async Task A_robot_is_thanked_and_nothing_is_kept()
    {
        var email = $"{Guid.NewGuid():N}@example.org";
        using var sent = await SendAsync(new { email, message = "buy", website = "https://example.org" });
        Assert.Equal(HttpStatusCode.Created, sent.StatusCode);
        Assert.Equal(0L, await host.Database.ScalarAsync<long>("select count(*) from things where properties ->> 'email' = $1", email));
    }

    [Fact]
    public async Task One_address_sends_five_an_hour_also_when_it_sends_them_at_once()
    {
        var address = $"2001:db8:{Random.Shared.Next(1, 0xffff):x}:1";
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(
            i => SendAsync(new { email = "a@example.org", message = $"m{i}" }, $"{address}::{i + 1:x}")));
        Assert.Equal(5, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        var refused = answers.First(a => a.StatusCode != HttpStatusCode.Created);
        await refused.ProblemAsync(429, "rate_limited");
        Assert.InRange(int.Parse(refused.Headers.GetValues("Retry-After").Single()), 3000, 3700);
        using var neighbour = await SendAsync(new { email = "a@example.org", message = "other" }, $"2001:db8:ffff:{Random.Shared.Next(1, 0xffff):x}::1");
        Assert.Equal(HttpStatusCode.Created, neighbour.StatusCode);
    }

    [Theory]
    [InlineData("""{"email":"no address","message":"m"}""", "/email")]
    [InlineData("""{"email":"a@example.org"}""", "/message")]
    [InlineData("""{"email":"a@example.org","message":"m\u0000"}""", "")]
    [InlineData("""{"email":"a@example.org","message":"m","groupId":"01900000-0000-7000-8000-000000000000"}""", "/groupId")]
    public async Task What_is_wrong_with_a_message_is_told(string body, string pointer)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await host.Anonymous().PostAsync("/api/contact", content);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.StartsWith(pointer, (string?)problem["errors"]?[0]?["pointer"] ?? "");
    }

    [Fact]
    public async Task A_key_that_may_not_write_things_sends_no_message()
    {
        var tenant = await host.TenantAsync();
        using var key = host.AsKey(Guid.NewGuid(), tenant.Group, "things:read");
        using var refused = await key.PostAsJsonAsync("/api/contact", new { email = "a@example.org", message = "m" });
        await refused.ProblemAsync(403, "insufficient_scope");
    }

    private async Task<HttpResponseMessage> SendAsync(object body, string? from = null)
    {
        using var client = host.Anonymous();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", from ?? $"10.{Random.Shared.Next(256)}.{Random.Shared.Next(256)}.{Random.Shared.Next(256)}");
        return await client.PostAsJsonAsync("/api/contact", body);
    }
}
