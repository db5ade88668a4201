using System.Net;
using OnePlatform.Contracts;
using OnePlatform.ServiceDefaults;
using Xunit;

namespace OnePlatform.Events.Tests;

public sealed class ReadingEvents(EventsHost host) : IClassFixture<EventsHost>
{
    public static TheoryData<string> BadQueries => new(
        "?type=a&colour=red", "?limit=0", "?limit=201", "?actorId=me", "?from=yesterday", "?filter=metadata.", "?filter=colour%3D1", "?sort=type",
        "?afterPosition=-1", "?afterPosition=x", "?beforePosition=1.5", "?scope=all", "?scope=subtree&afterPosition=1", "?cursor=abc",
        "?platform=maybe", "/timeline?bucket=year", "/timeline?timezone=Mars/Base", "/timeline?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
        "/timeline?bucket=hour&from=2001-01-01T00:00:00Z", "/timeline?colour=red", "/stats?from=x", "/timeline?cursor=abc", "/stats?limit=5", "/stream?scope=subtree", "/stream?sort=position", "/stream?fields=type", "/stream?beforePosition=5",
        "/stream?filter=%28", "/actor/{0}?colour=red", "/target/{0}?limit=x");

    [Theory]
    [MemberData(nameof(BadQueries))]
    public async Task A_bad_question_is_refused_with_its_fault(string query)
    {
        using var client = host.ClientIn(Guid.NewGuid());
        using var response = await client.GetAsync("/api/events" + query.Replace("{0}", Guid.NewGuid().ToString(), StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Pages_go_newest_first_and_oldest_first_and_meet_every_event_once()
    {
        var group = Guid.NewGuid();
        var start = TimeProvider.System.GetUtcNow().AddHours(-1);
        LogLine[] lines = [.. Enumerable.Range(0, 25).Select(i => EventsHost.Line(group, at: start.AddSeconds(i / 3)))];
        await host.RecordAsync(lines);
        using var client = host.ClientIn(group);

        var newest = await AllAsync(client, "/api/events?limit=4");
        var oldest = await AllAsync(client, "/api/events?limit=7&sort=occurredAt");
        var byPosition = await AllAsync(client, "/api/events?limit=6&beforePosition=26");

        Assert.Equal(lines.OrderByDescending(l => l.OccurredAt).ThenByDescending(l => l.Id.ToString()).Select(l => l.Id), newest);
        Assert.Equal(Enumerable.Reverse(newest), oldest);
        Assert.Equal(25, byPosition.Distinct().Count());
    }

    [Fact]
    public async Task Filters_narrow_the_list()
    {
        var (group, target, actor) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var line = EventsHost.Line(group, "thing_created", target) with
        {
            Metadata = System.Text.Json.JsonElement.Parse("""{"entityName":"Blue Whale","size":{"length":30}}"""),
        };
        await host.RecordAsync(line, EventsHost.Line(group), EventsHost.Line(group, "x.other"));
        using var client = host.ClientIn(group);

        foreach (var query in new[]
        {
            "?type=entity_created", "?type=thing_created", $"?targetId={target}", "?q=whale", "?q=blue%20whale", "?filter=metadata.size.length%3E20",
            "?filter=metadata.entityName%3A%22Whale%22", "?type=entity_created,user_login&source=test",
        })
        {
            Assert.Equal([line.Id], (await client.GetObjectAsync($"/api/events{query}")).Ids());
        }

        Assert.Equal([line.Id], (await client.GetObjectAsync($"/api/events/target/{target}")).Ids());
        Assert.Empty((await client.GetObjectAsync($"/api/events/actor/{actor}")).Ids());
        Assert.Empty((await client.GetObjectAsync("/api/events?q=shark")).Ids());
        Assert.Equal(3, (await client.GetObjectAsync("/api/events?count=exact&limit=1"))["total"]!.GetValue<long>());
    }

    [Fact]
    public async Task Nobody_reads_another_groups_log_by_any_route()
    {
        var (ours, theirs, target) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var line = EventsHost.Line(theirs, target: target);
        await host.RecordAsync(line, EventsHost.Line(null));
        var (actor, act) = (Guid.NewGuid(), EventsHost.Line(theirs, "x.act"));
        await host.RecordAsync(TimeProvider.System.GetUtcNow(), new EventOrigin(ActorKinds.Person, actor), act);
        using var client = host.ClientIn(ours);

        foreach (var path in new[] { "", $"/target/{target}", $"/actor/{actor}", $"?actorId={actor}", "?scope=subtree", $"?targetId={target}", $"?filter=groupId%3D%22{theirs}%22", "?afterPosition=0" })
        {
            Assert.Empty((await client.GetObjectAsync($"/api/events{path}")).Ids());
        }

        Assert.Equal(0, (await client.GetObjectAsync("/api/events/timeline"))["total"]!.GetValue<long>());
        Assert.Equal(0, (await client.GetObjectAsync("/api/events/stats"))["lastPosition"]!.GetValue<long>());
        using var foreign = await client.GetAsync($"/api/events/{line.Id}");
        using var absent = await client.GetAsync($"/api/events/{Guid.CreateVersion7()}");
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);

        using var owner = host.ClientIn(theirs);
        Assert.Equal([act.Id], (await owner.GetObjectAsync($"/api/events/actor/{actor}")).Ids());
        Assert.Equal([line.Id], (await owner.GetObjectAsync($"/api/events/target/{target}")).Ids());
        Assert.Equal(line.Id, (await owner.GetObjectAsync($"/api/events/{line.Id}"))["id"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task Only_a_platform_owner_reads_what_belongs_to_no_group()
    {
        var line = EventsHost.Line(null, "user_login");
        await host.RecordAsync(line);

        using var owner = host.ClientIn(Guid.NewGuid());
        using var refused = await owner.GetAsync("/api/events?platform=true");
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);

        using var platform = host.ClientIn(null, Role.PlatformOwner);
        var page = await platform.GetObjectAsync("/api/events?platform=true&limit=200");
        Assert.Contains(line.Id, page.Ids());
        Assert.All(page.Results(), e => Assert.Null(e["groupId"]));
    }

    [Fact]
    public async Task A_subtree_shows_the_groups_that_allow_it_and_no_others()
    {
        var (root, open, closed, below) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await GroupTreeRows.AddAsync(host, [root]);
        await GroupTreeRows.AddAsync(host, [root, open]);
        await GroupTreeRows.AddAsync(host, [root, closed], allowParentAccess: false);
        await GroupTreeRows.AddAsync(host, [root, closed, below]);
        LogLine[] lines = [.. new[] { root, open, closed, below }.Select(g => EventsHost.Line(g))];
        await host.RecordAsync(lines);
        using var client = host.ClientIn(root);

        var seen = await AllAsync(client, "/api/events?scope=subtree&limit=1");

        Assert.Equal([lines[1].Id, lines[0].Id], seen);
        Assert.Equal(2, (await client.GetObjectAsync("/api/events/timeline?scope=subtree"))["total"]!.GetValue<long>());
    }

    [Fact]
    public async Task The_timeline_counts_by_the_days_of_the_time_zone()
    {
        var group = Guid.NewGuid();
        DateTimeOffset[] times = [new(2026, 3, 28, 22, 59, 0, TimeSpan.Zero), new(2026, 3, 28, 23, 1, 0, TimeSpan.Zero), new(2026, 3, 29, 21, 59, 0, TimeSpan.Zero)];
        await host.RecordAsync([.. times.Select(t => EventsHost.Line(group, at: t))]);
        using var client = host.ClientIn(group);

        var timeline = await client.GetObjectAsync(
            "/api/events/timeline?bucket=day&timezone=Europe/Berlin&from=2026-03-28T12:00:00Z&to=2026-03-29T12:00:00Z");

        Assert.Equal("2026-03-27T23:00:00.000Z", timeline["from"]!.GetValue<string>());
        Assert.Equal("2026-03-29T22:00:00.000Z", timeline["to"]!.GetValue<string>());
        Assert.Equal([1L, 2L], timeline["buckets"]!.AsArray().Select(b => b!["count"]!.GetValue<long>()));
        Assert.Equal(3, timeline.Results().Count());
    }

    private static async Task<List<Guid>> AllAsync(HttpClient client, string path)
    {
        var seen = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await client.GetObjectAsync(cursor is null ? path : $"{path}&cursor={cursor}");
            seen.AddRange(page.Ids());
            cursor = page["hasMore"]!.GetValue<bool>() ? page["cursor"]!.GetValue<string>() : null;
        }
        while (cursor is not null);
        return seen;
    }
}
