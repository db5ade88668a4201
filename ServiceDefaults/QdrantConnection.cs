using System.Data.Common;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OnePlatform.ServiceDefaults;

/// <summary>Registers Qdrant under Aspire's connection form, <c>Endpoint=http://…;Key=…</c>.</summary>
public static class QdrantConnection
{
    /// <summary>
    /// A singleton <see cref="QdrantClient"/> on the connection <paramref name="name"/>, with a health check. While Qdrant is away the
    /// process is degraded, not unready. Aspire gives the plain name to gRPC and adds <c>_http</c> for REST, which this client speaks.
    /// </summary>
    /// <returns>False, and nothing is registered, when there is no connection string of that name.</returns>
    /// <exception cref="InvalidOperationException">The connection string names no endpoint.</exception>
    public static bool AddQdrantClient(this WebApplicationBuilder builder, string name = "qdrant")
    {
        if (Stated(builder.Configuration, name) is not { Length: > 0 } stated)
        {
            return false;
        }

        var (endpoint, key) = Read(stated);
        builder.Services.AddSingleton(_ => new QdrantClient(endpoint, key));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "Qdrant", services => new QdrantCheck(services.GetRequiredService<QdrantClient>()), HealthStatus.Degraded, ["ready"], TimeSpan.FromSeconds(3)));
        return true;
    }

    internal static string? Stated(IConfiguration configuration, string name)
        => configuration.GetConnectionString($"{name}_http") ?? configuration.GetConnectionString(name);

    internal static (Uri Endpoint, string? Key) Read(string stated)
    {
        if (Uri.TryCreate(stated, UriKind.Absolute, out var alone))
        {
            return (alone, null);
        }

        var parts = new DbConnectionStringBuilder { ConnectionString = stated };
        return parts.TryGetValue("Endpoint", out var endpoint) && Uri.TryCreate((string)endpoint, UriKind.Absolute, out var address)
            ? (address, parts.TryGetValue("Key", out var key) ? (string)key : null)
            : throw new InvalidOperationException("A connection string of Qdrant has the form Endpoint=http://host:6333;Key=….");
    }
}

/// <summary>Qdrant's REST interface.</summary>
public sealed class QdrantClient : IDisposable
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly HttpClient _http;

    /// <param name="endpoint">Base address of the REST interface.</param>
    /// <param name="key">Sent as the header <c>api-key</c>; null sends none.</param>
    public QdrantClient(Uri endpoint, string? key)
    {
        // Its own client: the caller's answer waits for this one, so it fails at once rather than after retries.
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            BaseAddress = new Uri(endpoint.ToString().TrimEnd('/') + "/"),
            Timeout = TimeSpan.FromSeconds(15),
        };
        if (key is { Length: > 0 })
        {
            _http.DefaultRequestHeaders.Add("api-key", key);
        }
    }

    /// <param name="path">Relative to the endpoint.</param>
    /// <param name="body">Members are sent in snake_case, those that are null not at all.</param>
    /// <returns>The answer's <c>result</c>.</returns>
    /// <exception cref="HttpRequestException">Qdrant is away, or refused; then with its status.</exception>
    /// <exception cref="TimeoutException">Qdrant did not answer in time.</exception>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: s_json) };
        try
        {
            using var answer = await _http.SendAsync(request, cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                var detail = await answer.Content.ReadAsStringAsync(cancellationToken);
                throw new HttpRequestException($"Qdrant answered {(int)answer.StatusCode}: {detail}", null, answer.StatusCode);
            }

            var json = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            return json.GetProperty("result");
        }
        catch (OperationCanceledException ex) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("Qdrant did not answer in time.", ex);
        }
    }

    /// <exception cref="HttpRequestException">Qdrant is away or not ready.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        using var answer = await _http.GetAsync("readyz", cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}

internal sealed class QdrantCheck(QdrantClient qdrant) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await qdrant.CheckAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (HttpRequestException exception)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, exception.Message, exception);
        }
    }
}
