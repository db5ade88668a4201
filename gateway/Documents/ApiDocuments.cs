using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Gateway.Documents;

/// <summary>Fetches the services' own documents and merges them. A service that is down keeps the last that was seen of it.</summary>
internal sealed partial class ApiDocuments(
    IHttpClientFactory clients, IOptions<PlatformOptions> platform, TimeProvider clock, ILogger<ApiDocuments> logger) : IDisposable
{
    private static readonly string[] s_services = ["identity", "ontology", "events", "knowledge"];
    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_lifetimeOfPart = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    // A service that has just begun on a busy machine writes its first document slowly, and there is none to stand in for it.
    private static readonly TimeSpan s_patienceAtFirst = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly Dictionary<string, string> _lastSeen = new(StringComparer.Ordinal);
    private byte[]? _merged;
    private DateTimeOffset _until;

    public static async Task<IResult> Answer(ApiDocuments documents, HttpContext context, CancellationToken cancellationToken)
    {
        var (merged, lifetime) = await documents.MergedAsync(cancellationToken);
        context.Response.Headers.CacheControl = string.Create(CultureInfo.InvariantCulture, $"public, max-age={(int)lifetime.TotalSeconds}");
        return TypedResults.Bytes(merged, "application/json");
    }

    public void Dispose() => _oneAtATime.Dispose();

    /// <returns>The document, and for how long it need not be asked for again.</returns>
    private async Task<(byte[] Merged, TimeSpan Lifetime)> MergedAsync(CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            if (_merged is null || clock.GetUtcNow() >= _until)
            {
                var fetched = await Task.WhenAll(s_services.Select(service => FetchAsync(service, cancellationToken)));
                foreach (var (service, text) in s_services.Zip(fetched))
                {
                    if (text is not null)
                    {
                        _lastSeen[service] = text;
                    }
                }

                var parts = s_services.Where(_lastSeen.ContainsKey).Select(service => (service, (JsonObject)JsonNode.Parse(_lastSeen[service])!));
                var merged = ApiDocumentMerge.Merge(OwnOperations.Document(), parts, platform.Value.PublicUrl);
                ApiDocumentFinish.Finish(merged);
                _merged = JsonSerializer.SerializeToUtf8Bytes(merged);
                _until = clock.GetUtcNow() + (fetched.All(text => text is not null) ? s_lifetime : s_lifetimeOfPart);
            }

            return (_merged, _until - clock.GetUtcNow());
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task<string?> FetchAsync(string service, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_lastSeen.ContainsKey(service) ? s_patience : s_patienceAtFirst, clock);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await clients.CreateClient(Credentials.IdentityExchange.HttpClient).GetStringAsync($"https+http://{service}/openapi/v1.json", patience.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is HttpRequestException or OperationCanceledException)
        {
            LogAway(service, exception);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Information, "The API description of {Service} cannot be fetched.")]
    private partial void LogAway(string service, Exception exception);
}
