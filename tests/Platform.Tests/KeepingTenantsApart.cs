using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace OnePlatform.Platform.Tests;

/// <summary>P1: on every route of the OpenAPI document, one tenant's credential sees and changes nothing of another's.</summary>
[Collection(RunningPlatform.Name)]
[Trait("Proof", "P1")]
public sealed class KeepingTenantsApart(PlatformFixture platform)
{
    [Fact]
    public async Task No_route_shows_or_changes_anything_of_another_tenant()
    {
        var (mine, theirs) = (await platform.NewTenantAsync("mine"), await platform.NewTenantAsync("theirs"));
        using var owner = platform.WithKey(theirs.Key);
        var secret = $"zarquon{Guid.NewGuid():N}";
        var foreign = await FillAsync(owner, theirs, secret);
        var before = await SnapshotAsync(owner, foreign);

        using var stranger = platform.WithKey(mine.Key);
        var document = await stranger.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        var tried = 0;
        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            foreach (var (method, _) in operations!.AsObject().Where(o => o.Key is "get" or "post" or "put" or "patch" or "delete"))
            {
                foreach (var filled in Fill(path, foreign))
                {
                    tried++;
                    await RefusedAsync(stranger, method, filled, path.Contains('{', StringComparison.Ordinal), secret, theirs.GroupId);
                }
            }
        }

        Assert.True(tried > 60, $"Only {tried} routes were tried; the document is not whole.");
        Assert.Equal(before, await SnapshotAsync(owner, foreign));
    }

    [Fact]
    public async Task The_group_header_reaches_no_group_outside_of_ones_own()
    {
        var (mine, theirs) = (await platform.NewTenantAsync("mine"), await platform.NewTenantAsync("theirs"));
        using var stranger = platform.WithKey(mine.Key);
        stranger.DefaultRequestHeaders.Add("X-Group-Id", theirs.GroupId.ToString());
        using var foreign = await stranger.GetAsync(new Uri("/api/things", UriKind.Relative));
        stranger.DefaultRequestHeaders.Remove("X-Group-Id");
        stranger.DefaultRequestHeaders.Add("X-Group-Id", Guid.NewGuid().ToString());
        using var absent = await stranger.GetAsync(new Uri("/api/things", UriKind.Relative));

        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        Assert.Equal(await CodeAsync(absent), await CodeAsync(foreign));
    }

    private static async Task<IReadOnlyDictionary<string, Guid>> FillAsync(HttpClient owner, Tenant tenant, string secret)
    {
        var first = await owner.SendAsync(HttpMethod.Post, "/api/things", new { type = "note", name = $"{secret} one", externalId = secret });
        var second = await owner.SendAsync(HttpMethod.Post, "/api/things", new { type = "note", name = $"{secret} two" });
        var (from, to) = (first["id"]!.GetValue<Guid>(), second["id"]!.GetValue<Guid>());
        var connection = await owner.SendAsync(HttpMethod.Post, "/api/connections", new { fromId = from, toId = to, type = "references" });
        var recorded = await owner.SendAsync(HttpMethod.Post, "/api/events", new { type = "x.note", metadata = new { secret } });
        var knowledge = await owner.SendAsync(HttpMethod.Post, "/api/knowledge", new { type = "document", text = $"The word {secret} is written here." });
        return new Dictionary<string, Guid>
        {
            ["thing"] = from,
            ["connection"] = connection["id"]!.GetValue<Guid>(),
            ["event"] = recorded["id"]!.GetValue<Guid>(),
            ["knowledge"] = knowledge["id"]!.GetValue<Guid>(),
            ["group"] = tenant.GroupId,
            ["person"] = tenant.PersonId,
            ["key"] = tenant.KeyId,
        };
    }

    private static async Task<string> SnapshotAsync(HttpClient owner, IReadOnlyDictionary<string, Guid> ids)
    {
        string[] paths =
        [
            $"/api/things/{ids["thing"]}", $"/api/connections/{ids["connection"]}", $"/api/events/{ids["event"]}",
            $"/api/knowledge/{ids["knowledge"]}", $"/api/groups/{ids["group"]}",
        ];
        var parts = new List<string>();
        foreach (var path in paths)
        {
            parts.Add((await owner.SendAsync(HttpMethod.Get, path)).ToJsonString());
        }

        return string.Join('\n', parts);
    }

    /// <summary>Every kind of foreign id in every place for an id: a route must not care what the stranger guesses.</summary>
    private static IEnumerable<string> Fill(string path, IReadOnlyDictionary<string, Guid> foreign)
        => path.Contains('{', StringComparison.Ordinal)
            ? foreign.Values.Select(id => System.Text.RegularExpressions.Regex.Replace(path, @"\{[^}]+\}", id.ToString()))
            : [path];

    private static async Task RefusedAsync(HttpClient stranger, string method, string path, bool hasId, string secret, Guid theirs)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method is "post" or "put" or "patch")
        {
            request.Content = JsonContent.Create(new JsonObject(), options: null);
        }

        using var response = await stranger.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        // A stream does not end; what it would show is the list's matter, tested by its service.
        var body = response.Content.Headers.ContentType?.MediaType == "text/event-stream" ? "" : await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode < 500, $"{method} {path} answered {(int)response.StatusCode}: {body}");
        Assert.True(response.StatusCode != HttpStatusCode.TooManyRequests, $"{method} {path} met a limit: nothing is known of its isolation.");
        Assert.DoesNotContain(secret, body, StringComparison.Ordinal);
        var shows = body.Replace(path, "", StringComparison.Ordinal);
        Assert.DoesNotContain($"\"groupId\":\"{theirs}\"", shows, StringComparison.Ordinal);
        if (hasId && body.Length > 0 && response.IsSuccessStatusCode && method is "get")
        {
            var empty = JsonNode.Parse(body)?["results"]?.AsArray().Count == 0;
            Assert.True(empty || IsPublic(path), $"{method} {path} answered {(int)response.StatusCode} for a stranger: {body}");
        }
    }

    // The type catalogue and the problem pages are the same for everybody.
    private static bool IsPublic(string path)
        => path.StartsWith("/api/ontology/", StringComparison.Ordinal) || path.StartsWith("/problems/", StringComparison.Ordinal);

    private static async Task<string> CodeAsync(HttpResponseMessage response)
        => JsonNode.Parse(await response.Content.ReadAsStringAsync())!["code"]!.GetValue<string>();
}
