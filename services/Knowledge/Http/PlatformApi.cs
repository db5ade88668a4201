using System.Net.Http.Headers;
using System.Text.Json;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Http;

/// <summary>Another service's answer as it is.</summary>
internal sealed record PlatformAnswer(int Status, JsonElement? Body)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}

/// <summary>Asks the services of things and of events, in the caller's own name: they decide what the caller sees and may do.</summary>
internal sealed class PlatformApi(IHttpClientFactory clients)
{
    public const string Ontology = "ontology";
    public const string Events = "events";

    private const string MergePatch = "application/merge-patch+json";

    /// <exception cref="HttpRequestException">The service is away.</exception>
    public async Task<PlatformAnswer> SendAsync(
        string service, HttpMethod method, string path, object? body, HttpContext caller, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = AuthenticationHeaderValue.Parse(caller.Request.Headers.Authorization.ToString());
        if (body is not null)
        {
            request.Content = JsonContent.Create(
                body, body.GetType(), method == HttpMethod.Patch ? new MediaTypeHeaderValue(MergePatch) : null, ApiJson.Options);
        }

        using var answer = await clients.CreateClient(service).SendAsync(request, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return new PlatformAnswer((int)answer.StatusCode, text.Length == 0 ? null : JsonElement.Parse(text));
    }
}
