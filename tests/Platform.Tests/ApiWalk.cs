using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace OnePlatform.Platform.Tests;

/// <summary>Calls operations of the OpenAPI document through the gateway, each answer a documented success, and remembers which were called.</summary>
internal sealed class ApiWalk(JsonObject document)
{
    private readonly HashSet<(string Method, string Path)> _called = [];

    public static async Task<ApiWalk> BeginAsync(PlatformFixture platform)
    {
        using var anybody = platform.Anonymous();
        return new ApiWalk((await anybody.SendAsync(HttpMethod.Get, "/openapi/v1.json")).AsObject());
    }

    /// <param name="client">With the credential.</param>
    /// <param name="method">GET, POST…</param>
    /// <param name="template">The path as it is documented, with a query if there is one.</param>
    /// <param name="body">Sent as JSON, or as it is when it is content already.</param>
    /// <param name="arguments">For the places in the template, in their order.</param>
    /// <returns>JSON, other text, or where a redirection leads that the client did not follow.</returns>
    public async Task<JsonNode> CallAsync(HttpClient client, string method, string template, object? body = null, params object?[] arguments)
    {
        var (path, query) = template.Split('?') is [var before, var after] ? (before, $"?{after}") : (template, "");
        var documented = document["paths"]?[path]?[method.ToLowerInvariant()]?["responses"] as JsonObject;
        Assert.True(documented is not null, $"{method} {path} is not in the document.");
        var parts = path.Split('/');
        var given = new Queue<object?>(arguments);
        var address = string.Join('/', parts.Select(part => part.StartsWith('{') ? given.Dequeue()?.ToString() : part)) + query;
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), address) { Content = body as HttpContent ?? (body is null ? null : JsonContent.Create(body)) };
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(
            (int)response.StatusCode < 400 && documented.ContainsKey($"{(int)response.StatusCode}"), $"{method} {address} answered {(int)response.StatusCode}: {text}");
        _called.Add((method, path));
        return response.Headers.Location is { } next && (int)response.StatusCode is 302 ? JsonValue.Create(next.OriginalString)
            : response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true ? JsonNode.Parse(text)! : JsonValue.Create(text);
    }

    /// <summary>Operations with one of the tags that were not called.</summary>
    public IReadOnlyList<string> NotCalled(params string[] tags)
        => [.. from path in (JsonObject)document["paths"]!
               from operation in ((JsonObject)path.Value!).Where(member => member.Value is JsonObject)
               where tags.Contains(operation.Value!["tags"]?[0]?.GetValue<string>()) && !_called.Contains((operation.Key.ToUpperInvariant(), path.Key))
               select $"{operation.Key.ToUpperInvariant()} {path.Key}"];
}
