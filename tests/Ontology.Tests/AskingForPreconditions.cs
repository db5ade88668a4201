using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace OnePlatform.Ontology.Tests;

/// <summary>What a group's <c>requireIfMatch</c> asks of every change of an object that has an ETag.</summary>
public sealed class AskingForPreconditions(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Theory]
    [InlineData("PATCH", "thing", """{"name":"x"}""")]
    [InlineData("DELETE", "thing", null)]
    [InlineData("PATCH", "connection", """{"strength":1}""")]
    [InlineData("DELETE", "connection", null)]
    [InlineData("PATCH", "person", """{"role":"customer"}""")]
    [InlineData("DELETE", "person", null)]
    [InlineData("PATCH", "group", """{"name":"x"}""")]
    [InlineData("DELETE", "group", null)]
    [InlineData("POST", "move", "{}")]
    [InlineData("PATCH", "type", """{"description":"x"}""")]
    [InlineData("DELETE", "type", null)]
    [InlineData("PATCH", "connectionType", """{"description":"x"}""")]
    [InlineData("PATCH", "eventType", """{"description":"x"}""")]
    [InlineData("PATCH", "contact", """{"name":"x"}""")]
    public async Task A_change_without_one_is_428_with_a_stale_one_412_and_with_the_right_one_done(string method, string what, string? body)
    {
        var tenant = await host.TenantAsync();
        var (path, tagged) = await MakeAsync(tenant, what);
        using var asks = await tenant.Client.PatchAsJsonAsync($"/api/groups/{tenant.Group}", new { settings = new { requireIfMatch = true } });
        await asks.OkAsync();
        using var read = await tenant.Client.GetAsync(tagged);
        var tag = read.Headers.ETag!.ToString();

        using var without = await SendAsync(tenant, method, path, body, tag: null);
        await without.ProblemAsync(428, "precondition_required");
        using var stale = await SendAsync(tenant, method, path, body, "\"stale\"");
        await stale.ProblemAsync(412, "precondition_failed");
        using var right = await SendAsync(tenant, method, path, body, tag);
        Assert.True(right.IsSuccessStatusCode, await right.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("PATCH", "person", """{"role":"customer"}""")]
    [InlineData("DELETE", "person", null)]
    [InlineData("PATCH", "connection", """{"strength":1}""")]
    [InlineData("DELETE", "connection", null)]
    [InlineData("PATCH", "type", """{"description":"x"}""")]
    [InlineData("DELETE", "type", null)]
    public async Task In_an_archived_group_nothing_changes(string method, string what, string? body)
    {
        var tenant = await host.TenantAsync();
        var (path, _) = await MakeAsync(tenant, what);
        using var archived = await tenant.Client.DeleteAsync($"/api/groups/{tenant.Group}");
        Assert.Equal(HttpStatusCode.NoContent, archived.StatusCode);
        using var refused = await SendAsync(tenant, method, path, body, tag: null);
        await refused.ProblemAsync(409, "group_archived");
    }

    /// <returns>What is changed, and where its ETag is read.</returns>
    private async Task<(string Path, string Tagged)> MakeAsync(Tenant tenant, string what)
    {
        switch (what)
        {
            case "thing":
                return Same($"/api/things/{(await tenant.ThingAsync("t")).Id()}");
            case "connection":
                var (from, to) = ((await tenant.ThingAsync("a")).Id(), (await tenant.ThingAsync("b")).Id());
                return Same($"/api/connections/{(await PostAsync(tenant, "/api/connections", new { fromId = from, toId = to, type = "references" })).Id()}");
            case "person":
                return Same($"/api/people/{await host.MemberAsync(tenant, "group_user")}");
            case "type":
                await PostAsync(tenant, "/api/ontology/thing-types", new { name = "recipe", schema = new { type = "object" } });
                return Same("/api/ontology/thing-types/recipe");
            case "connectionType":
                await PostAsync(tenant, "/api/ontology/connection-types", new { name = "pairs_with" });
                return Same("/api/ontology/connection-types/pairs_with");
            case "eventType":
                await PostAsync(tenant, "/api/ontology/event-types", new { name = "x.tasted" });
                return Same("/api/ontology/event-types/x.tasted");
            case "contact":
                return Same($"/api/contact/{(await PostAsync(tenant, "/api/contact", new { email = "a@example.org", message = "m" })).Id()}");
            case "move":
                return ($"/api/groups/{tenant.Group}/move", $"/api/groups/{tenant.Group}");
            default:
                return Same($"/api/groups/{tenant.Group}");
        }
    }

    private static (string, string) Same(string path) => (path, path);

    private static async Task<JsonObject> PostAsync(Tenant tenant, string path, object body)
    {
        using var answer = await tenant.Client.PostAsJsonAsync(path, body);
        return await answer.OkAsync();
    }

    private static async Task<HttpResponseMessage> SendAsync(Tenant tenant, string method, string path, string? body, string? tag)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        }

        if (tag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", tag);
        }

        return await tenant.Client.SendAsync(request);
    }
}
