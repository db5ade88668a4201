using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace OnePlatform.Identity.OAuth;

/// <summary>Requests to providers; whatever goes wrong comes out as a <see cref="ProviderFailedException"/>.</summary>
internal sealed class ProviderHttp(IHttpClientFactory clients)
{
    public const string Client = "sign-in-providers";

    private const int LongestAnswer = 1024 * 1024;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    public static void Configure(HttpClient client)
    {
        client.Timeout = s_timeout;
        client.MaxResponseContentBufferSize = LongestAnswer;
        client.DefaultRequestHeaders.UserAgent.ParseAdd("OnePlatform");
    }

    public HttpClient Create() => clients.CreateClient(Client);

    /// <summary>Spends a code at the token endpoint. Sent once: a code that is sent again looks like a stolen one.</summary>
    public Task<JsonElement> PostFormAsync(Uri address, IReadOnlyDictionary<string, string> form, AuthenticationHeaderValue? credential, CancellationToken cancellationToken)
        => SendAsync(new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(form), Headers = { Authorization = credential } }, cancellationToken);

    public Task<JsonElement> GetAsync(Uri address, string accessToken, CancellationToken cancellationToken) => SendAsync(
        new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", accessToken) } }, cancellationToken);

    private async Task<JsonElement> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var client = Create();
        try
        {
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await client.SendAsync(request, cancellationToken);
            if ((int)response.StatusCode is >= 500 or (int)HttpStatusCode.TooManyRequests)
            {
                throw new ProviderFailedException(ProviderFault.Unavailable, $"{request.RequestUri!.Host} answered {(int)response.StatusCode}.");
            }

            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw new ProviderFailedException(ProviderFault.Refused, $"{request.RequestUri!.Host} answered {(int)response.StatusCode}.");
            }

            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new ProviderFailedException(ProviderFault.Invalid, $"{request.RequestUri!.Host} did not answer with JSON.", exception);
        }
        catch (Exception exception) when (IsOutage(exception, cancellationToken))
        {
            throw new ProviderFailedException(ProviderFault.Unavailable, exception.Message, exception);
        }
        finally
        {
            request.Dispose();
        }
    }

    /// <summary>The network or the provider, and not the person who closed the page.</summary>
    public static bool IsOutage(Exception exception, CancellationToken cancellationToken)
        => exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}

internal static class ProviderJson
{
    public static string? Text(this JsonElement element, string name)
        => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>Some providers write truth as a text.</summary>
    public static bool IsTrue(this JsonElement element, string name)
        => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && (value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.String && value.GetString() is "true" or "1")
                || (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number == 1));
}
