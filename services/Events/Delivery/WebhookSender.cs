using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OnePlatform.Events.Reading;
using OnePlatform.Events.Webhooks;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Delivery;

/// <summary>One attempt, and what the receiver asks for by its answer.</summary>
/// <param name="RetryAfter">How long it wants to be left alone.</param>
/// <param name="IsGone">It wants nothing more, ever.</param>
internal sealed record AttemptOutcome(AttemptResponse Attempt, TimeSpan? RetryAfter, bool IsGone);

/// <summary>Sends a signed event to an address outside. Follows no redirect, waits for nobody long, and reads little of the answer.</summary>
internal sealed class WebhookSender : IDisposable
{
    private const int LongestExcerpt = 1024;
    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(24);

    private readonly WebhookSecrets _secrets;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _timeout;
    private readonly HttpMessageInvoker _http;

    public WebhookSender(ReceiverAddresses addresses, WebhookSecrets secrets, IOptions<WebhookOptions> options, TimeProvider clock)
    {
        (_secrets, _clock, _timeout) = (secrets, clock, options.Value.Timeout);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy would resolve the name itself, and past the check.
            UseProxy = false,
            ConnectCallback = addresses.ConnectAsync,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 16,
            // Trace ids are nothing to strangers.
            ActivityHeadersPropagator = null,
        });
    }

    public async Task<AttemptOutcome> SendAsync(
        Guid webhook, Guid id, string url, byte[] secret, byte[]? previousSecret, EventResponse content, CancellationToken cancellationToken)
    {
        var (at, started) = (_clock.GetUtcNow(), _clock.GetTimestamp());
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_timeout);
        try
        {
            using var request = RequestFor(webhook, id, url, secret, previousSecret, content, at);
            using var response = await _http.SendAsync(request, patience.Token);
            var excerpt = await ExcerptAsync(response, patience.Token);
            var status = (int)response.StatusCode;
            return new AttemptOutcome(
                new AttemptResponse(response.IsSuccessStatusCode, at, status, null, Elapsed(started), excerpt),
                RetryAfter(response), response.StatusCode == HttpStatusCode.Gone);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var error = exception is OperationCanceledException ? $"No answer within {_timeout.TotalSeconds:0.###} s." : Describe(exception);
            return new AttemptOutcome(new AttemptResponse(false, at, null, error, Elapsed(started), null), null, IsGone: false);
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage RequestFor(
        Guid webhook, Guid id, string url, byte[] secret, byte[]? previousSecret, EventResponse content, DateTimeOffset at)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { content.Type, Timestamp = content.OccurredAt, Data = content }, ApiJson.Options);
        byte[][] kept = previousSecret is null ? [secret] : [secret, previousSecret];
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id.ToString());
        request.Headers.Add("webhook-timestamp", at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Of(id, at, body, kept.Select(s => _secrets.Open(s, webhook))));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("OnePlatform-Webhooks", "1.0"));
        return request;
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _clock.GetUtcNow(),
            _ => TimeSpan.Zero,
        };
        return asked <= TimeSpan.Zero ? null : asked < s_longestPause ? asked : s_longestPause;
    }

    private static async Task<string?> ExcerptAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestExcerpt];
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        // What PostgreSQL cannot store in a document is not worth keeping.
        return length == 0 ? null : Encoding.UTF8.GetString(buffer, 0, length).Replace("\0", "\ufffd", StringComparison.Ordinal);
    }

    private static string Describe(Exception exception)
        => exception.InnerException is { } inner ? $"{exception.Message} {inner.Message}" : exception.Message;

    private int Elapsed(long started) => (int)_clock.GetElapsedTime(started).TotalMilliseconds;
}
