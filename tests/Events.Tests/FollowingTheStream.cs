using System.Text.Json.Nodes;
using OnePlatform.Contracts;
using OnePlatform.Testing;
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

    [Fact]
    public async Task A_stream_takes_the_filters_of_the_list()
    {
        var (group, target) = (Guid.NewGuid(), Guid.NewGuid());
        var start = TimeProvider.System.GetUtcNow().AddHours(-1);
        await host.RecordAsync([.. Enumerable.Range(0, 500).Select(
            i => EventsHost.Line(group, i % 100 == 0 ? "x.rare" : "x.often", i == 250 ? target : null, at: start.AddSeconds(i)))]);
        foreach (var (query, expected) in new (string, long[])[]
        {
            ("?type=x.rare", [1, 101, 201, 301, 401]), ("?type=x.rare&afterPosition=201", [301, 401]), ($"?targetId={target}", [251]),
            ("?filter=type=\"x.rare\" AND position>100", [101, 201, 301, 401]),
        })
        {
            var seen = new List<long>();
            await FollowAsync(group, query, query.Contains("afterPosition", StringComparison.Ordinal) ? "" : "0", seen, expected.Length);
            Assert.Equal(expected, seen);
        }
    }

    [Fact]
    public async Task An_idle_listener_hears_a_heartbeat_that_moves_its_place()
    {
        await using var lively = host.StartAnother(settings: ("Events:Stream:Heartbeat", "00:00:00.100"));
        var group = Guid.NewGuid();
        await host.RecordAsync(EventsHost.Line(group, "x.other"), EventsHost.Line(group, "x.other"));
        using var client = lively.ClientWith(host.Tokens.ForPerson(Guid.NewGuid(), group));
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        using var response = await client.GetAsync("/api/events/stream?type=x.wanted&afterPosition=0", HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(deadline.Token));
        while (await reader.ReadLineAsync(deadline.Token) != ": heartbeat")
        {
        }

        // Behind what it did not ask for: resumed from here it reads nothing twice.
        Assert.Equal("id: 2", await reader.ReadLineAsync(deadline.Token));
    }

    [Fact]
    public async Task A_listener_that_takes_nothing_for_a_while_is_sent_no_more_than_fits_and_misses_nothing()
    {
        var group = Guid.NewGuid();
        var wide = System.Text.Json.JsonElement.Parse($$"""{"text":"{{new string('a', 8_000)}}"}""");
        LogLine[] lines = [.. Enumerable.Range(0, 600).Select(_ => EventsHost.Line(group) with { Metadata = wide })];
        await host.RecordAsync(lines[..300]);
        using var client = host.ClientIn(group);
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/events/stream") { Headers = { { "Last-Event-ID", "0" } } };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        await host.RecordAsync(lines[300..]);

        var seen = new List<long>();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(deadline.Token));
        while (seen.Count < lines.Length && await reader.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                seen.Add(JsonNode.Parse(line[6..])!["position"]!.GetValue<long>());
            }
        }

        Assert.Equal(Enumerable.Range(1, lines.Length).Select(p => (long)p), seen);
    }

    [Fact]
    public async Task A_thousand_idle_listeners_cost_little_and_all_hear_of_an_event()
    {
        const int Listeners = 1000;
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        client.Timeout = Timeout.InfiniteTimeSpan;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var first = await OpenAsync(client, deadline.Token);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var open = new List<HttpResponseMessage>();
        foreach (var some in Enumerable.Range(0, Listeners).Chunk(50))
        {
            open.AddRange(await Task.WhenAll(some.Select(_ => OpenAsync(client, deadline.Token))));
        }

        // Client and server are both in this process; the server's part is a few kilobytes of it.
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Listeners;
        Assert.True(each < 200_000, $"A listener costs {each} bytes.");
        await EventsHost.RecordOnAsync(host.Services, EventsHost.Line(group));
        var heard = await Task.WhenAll(open.Select(r => FirstAsync(r, deadline.Token)));
        Assert.All(heard, position => Assert.Equal(1, position));
        open.ForEach(r => r.Dispose());
    }

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient client, CancellationToken deadline)
    {
        var response = await client.GetAsync("/api/events/stream", HttpCompletionOption.ResponseHeadersRead, deadline);
        return response.EnsureSuccessStatusCode();
    }

    private static async Task<long> FirstAsync(HttpResponseMessage response, CancellationToken deadline)
    {
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(deadline));
        while (true)
        {
            if (await reader.ReadLineAsync(deadline) is { } line && line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return JsonNode.Parse(line[6..])!["position"]!.GetValue<long>();
            }
        }
    }

    private async Task<string> FollowAsync(Guid group, string query, string after, List<long> seen, int atMost)
    {
        using var client = host.ClientIn(group);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/events/stream{query}");
        if (after.Length > 0)
        {
            request.Headers.Add("Last-Event-ID", after);
        }

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
