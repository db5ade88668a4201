using Microsoft.AspNetCore.Http;

namespace OnePlatform.ServiceDefaults;

/// <summary>An answer that goes on: lines of server-sent events, each sent as it is written.</summary>
public static class ServerSentEvents
{
    /// <summary>A comment. Clients pass over it; proxies on the way see that the stream lives. Whatever else the message has follows it.</summary>
    public const string Heartbeat = ": heartbeat\n";

    /// <summary>Writes the headers.</summary>
    public static void Begin(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        // Proxies that buffer would turn the stream into a file.
        response.Headers["X-Accel-Buffering"] = "no";
    }

    /// <summary>Sends <paramref name="text"/> at once.</summary>
    public static async Task SendAsync(this HttpResponse response, string text, CancellationToken cancellationToken)
    {
        await response.WriteAsync(text, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
