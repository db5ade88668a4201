using System.Text.Json.Nodes;
using Xunit;

namespace OnePlatform.Events.Tests;

public sealed class FollowingTheStream(EventsHost host) : IClassFixture<EventsHost>
{
    [Fact]
    public async Task A_client_that_reconnects_sees_each_event_once()
    {
        var group = Guid.NewGuid();
        var seen = new List<long>();
        await host.RecordAsync(EventsHost.Line(group));
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++)
            {
                await EventsHost.RecordOnAsync(host.Services, EventsHost.Line(group), EventsHost.Line(group), EventsHost.Line(group, "x.other"));
            }
        });

        var last = "0";
        while (seen.Count < 121)
        {
            // Each connection is cut after some events; the next begins behind the last that was seen.
            last = await FollowAsync(group, "?type=x.test", last, seen, atMost: Math.Min(17, 121 - seen.Count));
        }

        await writing;
        Assert.Equal(121, seen.Distinct().Count());
        Assert.Equal(seen.Order(), seen);
    }

    [Fact]
    public async Task Another_instance_tells_of_an_event_at_once()
    {
        var group = Guid.NewGuid();
        await using var second = host.StartAnother();
        var seen = new List<long>();
        var following = FollowAsync(group, "", "0", seen, atMost: 1);
        await EventsHost.RecordOnAsync(second.Services, EventsHost.Line(group));
        await following.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal([1L], seen);
    }

    [Fact]
    public async Task Another_groups_events_do_not_appear()
    {
        var (ours, theirs) = (Guid.NewGuid(), Guid.NewGuid());
        await host.RecordAsync(EventsHost.Line(theirs), EventsHost.Line(theirs), EventsHost.Line(ours));
        var seen = new List<long>();
        await FollowAsync(ours, "", "0", seen, atMost: 1);
        Assert.Equal([1L], seen);
    }

    private async Task<string> FollowAsync(Guid group, string query, string after, List<long> seen, int atMost)
    {
        using var client = host.ClientIn(group);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/events/stream{query}") { Headers = { { "Last-Event-ID", after } } };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(deadline.Token));
        var (id, count) = (after, 0);
        while (count < atMost && await reader.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line[4..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                seen.Add(JsonNode.Parse(line[6..])!["position"]!.GetValue<long>());
                count++;
            }
        }

        return id;
    }
}
