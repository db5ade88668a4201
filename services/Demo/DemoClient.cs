using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace OnePlatform.Demo;

internal sealed class DemoRefusedException(string message) : Exception(message);

/// <summary>The public API with one credential.</summary>
internal sealed class DemoClient(Uri gateway) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(30) };

    public DemoClient As(string accessToken, Guid? group = null)
    {
        var client = new DemoClient(_http.BaseAddress!);
        client._http.DefaultRequestHeaders.Authorization = new("Bearer", accessToken);
        if (group is { } id)
        {
            client._http.DefaultRequestHeaders.Add("X-Group-Id", id.ToString());
        }

        return client;
    }

    public Task<JsonObject> PostAsync(string path, JsonObject body, CancellationToken cancellationToken)
        => SendAsync(HttpMethod.Post, path, body, cancellationToken);

    public Task<JsonObject> PatchAsync(string path, JsonObject body, CancellationToken cancellationToken)
        => SendAsync(HttpMethod.Patch, path, body, cancellationToken);

    public async Task<bool> AnswersAsync(string path, string apiKey, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-API-Key", apiKey);
        using var response = await _http.SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode;
    }

    /// <returns>Null when the platform refused the credentials.</returns>
    public async Task<JsonObject?> SignInAsync(string email, string password, CancellationToken cancellationToken)
    {
        using var response = await _http.PostAsJsonAsync("/api/auth/signin", new { email, password }, cancellationToken);
        return response.StatusCode == HttpStatusCode.Unauthorized ? null : await ReadAsync(response, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, JsonObject body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var response = await _http.SendAsync(request, cancellationToken);
        return await ReadAsync(response, cancellationToken);
    }

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text)!.AsObject()
            : throw new DemoRefusedException($"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri} answered {(int)response.StatusCode}: {text}");
    }
}
