using System.Text;
using System.Text.Json;
using OnePlatform.Events.Reading;
using OnePlatform.Events.Sequencing;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Streaming;

/// <summary>
/// One listener. It holds a position and nothing else: woken by <see cref="LogGrowth"/>, it reads what follows that position from
/// the table, a page at a time, as fast as its client takes it. A slow client costs no memory and misses nothing.
/// </summary>
internal sealed class EventStream(
    EventQuery query, Guid group, long position, EventStore store, LogGrowth growth, TimeSpan heartbeat, TimeProvider clock,
    DateTimeOffset endsAt) : IResult
{
    private long _position = position;

    private string Heartbeat => $"{ServerSentEvents.Heartbeat}id: {_position}\n\n";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        ServerSentEvents.Begin(response);
        using var follower = growth.Follow(group);
        try
        {
            // The id alone moves the client's Last-Event-ID, so that a connection lost before its first event is resumed here too.
            await response.SendAsync($"retry: 2000\nid: {_position}\n\n", httpContext.RequestAborted);
            while (clock.GetUtcNow() < endsAt)
            {
                await SendNewAsync(response, httpContext.RequestAborted);
                if (!await follower.WaitAsync(heartbeat, httpContext.RequestAborted))
                {
                    await response.SendAsync(Heartbeat, httpContext.RequestAborted);
                }
            }
        }
        catch (OperationCanceledException) when (httpContext.RequestAborted.IsCancellationRequested)
        {
            // The client went away.
        }
    }

    private async Task SendNewAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        // Read first: an event after this position is not in the pages either, and is not skipped when they are empty.
        var last = await store.LastPositionAsync(cancellationToken);
        while (_position < last)
        {
            var (page, upTo) = await store.AfterAsync(query, _position, last, EventStore.StreamPage, cancellationToken);
            if (page.Count > 0)
            {
                var text = new StringBuilder();
                foreach (var found in page)
                {
                    text.Append("id: ").Append(found.Position).Append("\ndata: ")
                        .Append(JsonSerializer.Serialize(found, ApiJson.Options)).Append("\n\n");
                }

                await response.SendAsync(text.ToString(), cancellationToken);
            }

            _position = upTo;
            if (page.Count == 0)
            {
                // A long way without an event that was asked for: a client that is cut off here need not begin it again.
                await response.SendAsync(Heartbeat, cancellationToken);
            }
        }
    }
}
