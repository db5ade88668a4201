using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePlatform.Contracts;
using OnePlatform.ServiceDefaults;
using Xunit;

namespace OnePlatform.Events.Tests;

public sealed class KeepingEvents(EventsHost host) : IClassFixture<EventsHost>
{
    private const string Path = "/api/events/retention";

    [Fact]
    public async Task The_plans_days_hold_until_the_group_sets_fewer_and_never_more()
    {
        var group = await GroupWithPlanOfAsync(90);
        using var client = host.ClientIn(group);
        var before = await client.GetObjectAsync(Path);
        Assert.Null(before["days"]);
        Assert.Equal(90, before["planDays"]!.GetValue<int>());
        Assert.NotNull(before["removesBefore"]);

        foreach (var body in new JsonObject[] { new() { ["days"] = 91 }, new() { ["days"] = 0 }, new() { ["days"] = "x" }, new() { ["colour"] = 1 } })
        {
            using var refused = await client.PutAsJsonAsync(Path, body);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => client.PutAsJsonAsync(Path, new { days = 30, legalHold = true })));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        var set = await client.GetObjectAsync(Path);
        Assert.Equal(30, set["days"]!.GetValue<int>());
        Assert.True(set["legalHold"]!.GetValue<bool>());
        Assert.Null(set["removesBefore"]);
        Assert.Equal(6, await host.Database.ScalarAsync<long>("select count(*) from outbox where body like $1", $"%event_retention_changed%{group}%"));

        using var user = host.ClientIn(group, Role.GroupUser);
        using var forbidden = await user.PutAsJsonAsync(Path, new { days = 1 });
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        using var stranger = host.ClientIn(Guid.NewGuid());
        Assert.Null((await stranger.GetObjectAsync(Path))["days"]);
    }

    [Fact]
    public async Task What_is_older_goes_with_its_counts_and_what_stays_keeps_its_position()
    {
        var (ours, held, forever) = (await GroupWithPlanOfAsync(90), await GroupWithPlanOfAsync(90), Guid.NewGuid());
        using var client = host.ClientIn(ours);
        using var holder = host.ClientIn(held);
        using var unlimited = host.ClientIn(forever);
        (await client.PutAsJsonAsync(Path, new { days = 30 })).EnsureSuccessStatusCode();
        (await holder.PutAsJsonAsync(Path, new { days = 30, legalHold = true })).EnsureSuccessStatusCode();
        var old = TimeProvider.System.GetUtcNow().AddDays(-31);
        foreach (var group in new[] { ours, held, forever })
        {
            await host.RecordAsync(old, EventOrigin.System, [.. Enumerable.Range(0, 2500).Select(i => EventsHost.Line(group, at: old.AddSeconds(-i)))]);
            await host.RecordAsync(EventsHost.Line(group), EventsHost.Line(group, at: old));
        }

        var removed = await Task.WhenAll(host.PurgeAsync(), host.PurgeAsync());

        Assert.Equal(2500, removed.Sum());
        Assert.Equal<IEnumerable<long>>([2501, 2502], await host.PositionsAsync(ours));
        Assert.Equal(2502, (await host.PositionsAsync(held)).Length);
        Assert.Equal(2502, (await host.PositionsAsync(forever)).Length);
        var since = Uri.EscapeDataString($"{old.AddDays(-2):O}");
        Assert.Equal(2, (await client.GetObjectAsync($"/api/events/timeline?from={since}"))["total"]!.GetValue<long>());
        Assert.Equal(1, await host.Database.ScalarAsync<long>("select count(*) from outbox where body like $1", $"%events_purged%{ours}%2500%"));
    }

    private async Task<Guid> GroupWithPlanOfAsync(int days)
    {
        var group = Guid.NewGuid();
        await GroupTreeRows.AddAsync(host, [group]);
        await host.Database.ScalarAsync<int>($$"""update group_tree set limits = '{"EventDays":{{days}}}' where id = $1""", group);
        return group;
    }
}
