using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OnePlatform.Contracts;
using OnePlatform.ServiceDefaults;
using Xunit;

namespace OnePlatform.Events.Tests;

/// <summary>The log by its filters and in figures.</summary>
public sealed class ViewingTheLog(EventsHost host) : IClassFixture<EventsHost>
{
    [Fact]
    public async Task Each_filter_finds_its_events_and_no_others()
    {
        var (group, actor, other, target) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var noon = new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
        var one = EventsHost.Line(group, "x.one", target, at: noon) with { Metadata = JsonElement.Parse("""{"amount":30,"place":{"city":"Oslo"},"tags":["red","blue"]}""") };
        var two = EventsHost.Line(group, "x.two", at: noon.AddHours(1)) with { Metadata = JsonElement.Parse("""{"amount":5,"place":{"city":"Rome"}}""") };
        await host.RecordAsync(TimeProvider.System.GetUtcNow(), new EventOrigin(ActorKinds.Person, actor, RequestId: "request-1", Ip: "192.0.2.7"), one);
        await host.RecordAsync(TimeProvider.System.GetUtcNow(), new EventOrigin(ActorKinds.Key, other, OnBehalfOf: actor), two);
        using var client = host.ClientIn(group);

        foreach (var (query, expected) in new (string, Guid[])[]
        {
            ("?from=2026-05-04T12:30:00Z", [two.Id]), ("?to=2026-05-04T13:00:00Z", [one.Id]), ("?from=2026-05-04T12:00:00Z&to=2026-05-04T12:00:01Z", [one.Id]),
            ($"?actorId={actor}", [one.Id]), ($"?actorId={actor},{other}", [two.Id, one.Id]), ($"/actor/{other}", [two.Id]), ($"/actor/{other}?type=x.one", []),
            ($"/target/{target}", [one.Id]), ("?source=test", [two.Id, one.Id]), ("?source=ontology", []), ("?type=x.two,x.three", [two.Id]),
            ("?afterPosition=1", [two.Id]), ("?beforePosition=2", [one.Id]), ("?sort=occurredAt", [one.Id, two.Id]), ("?q=oslo red", [one.Id]), ("?q=oslo -red", []),
            ("?q=oslo or rome", [two.Id, one.Id]), ("?filter=metadata.amount>=30 AND metadata.place.city=\"Oslo\"", [one.Id]),
            ("?filter=metadata.amount<30 OR ip=\"192.0.2.7\"", [two.Id, one.Id]), ("?filter=NOT metadata.place.city=\"Oslo\"", [two.Id]),
            ("?filter=metadata.tags:\"red\"", [one.Id]), ($"?filter=onBehalfOf=\"{actor}\" AND actorKind=key", [two.Id]), ("?filter=requestId=\"request-1\"", [one.Id]),
        })
        {
            var found = (await client.GetObjectAsync($"/api/events{query}")).Ids();
            Assert.True(expected.SequenceEqual(found), $"{query} found {string.Join(", ", found)}");
        }
    }

    [Fact]
    public async Task Hours_and_weeks_begin_where_they_do_in_the_time_zone()
    {
        var group = Guid.NewGuid();
        // In Kathmandu an hour begins at a quarter past; the second of these weeks of Berlin has an hour less.
        await host.RecordAsync([.. new[] { "2026-03-20T10:10Z", "2026-03-20T10:20Z", "2026-03-22T22:59Z", "2026-03-22T23:00Z", "2026-03-29T21:59Z", "2026-03-29T22:00Z" }
            .Select(t => EventsHost.Line(group, at: DateTimeOffset.Parse(t, System.Globalization.CultureInfo.InvariantCulture)))]);
        using var client = host.ClientIn(group);

        var hours = await client.GetObjectAsync("/api/events/timeline?bucket=hour&timezone=Asia/Kathmandu&from=2026-03-20T09:30:00Z&to=2026-03-20T11:00:00Z");
        Assert.Equal([("2026-03-20T09:15:00.000Z", 1L), ("2026-03-20T10:15:00.000Z", 1L)], Buckets(hours));

        var weeks = await client.GetObjectAsync("/api/events/timeline?bucket=week&timezone=Europe/Berlin&from=2026-03-18T00:00:00Z&to=2026-03-30T00:00:00Z");
        Assert.Equal([("2026-03-15T23:00:00.000Z", 3L), ("2026-03-22T23:00:00.000Z", 2L), ("2026-03-29T22:00:00.000Z", 1L)], Buckets(weeks));
        Assert.Equal(6, weeks.Results().Count());
    }

    [Fact]
    public async Task The_figures_say_what_happened_and_who_did_most()
    {
        var (group, busy, idle) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var now = TimeProvider.System.GetUtcNow();
        await host.RecordAsync(now, new EventOrigin(ActorKinds.Person, busy), EventsHost.Line(group, "x.a"), EventsHost.Line(group, "x.a"), EventsHost.Line(group, "x.b"));
        await host.RecordAsync(now, new EventOrigin(ActorKinds.Key, idle), EventsHost.Line(group, "x.b"), EventsHost.Line(group, "x.a", at: now.AddDays(-40)));
        using var client = host.ClientIn(group);

        var stats = await client.GetObjectAsync("/api/events/stats");
        Assert.Equal(4, stats["total"]!.GetValue<long>());
        Assert.Equal(5, stats["lastPosition"]!.GetValue<long>());
        Assert.Equal("""{"x.a":2,"x.b":2}""", stats["byType"]!.ToJsonString());
        Assert.Equal([(busy, 3L), (idle, 1L)], stats["topActors"]!.AsArray().Select(a => (a!["actorId"]!.GetValue<Guid>(), a["count"]!.GetValue<long>())));
        Assert.Equal(2, (await client.GetObjectAsync("/api/events/stats?type=x.b"))["total"]!.GetValue<long>());
    }

    [Theory]
    [InlineData("/timeline?bucket=day&from=0001-01-01T00:00:00Z&to=0001-02-01T00:00:00Z", "/from")]
    [InlineData("/timeline?bucket=day&from=0001-01-01T00:00:00Z&to=0001-02-01T00:00:00Z", "/to")]
    [InlineData("/timeline?bucket=week&timezone=America/New_York&from=0001-01-02T00:00:00Z&to=2000-01-02T00:00:00Z", "/from")]
    [InlineData("/timeline?from=9999-12-01T00:00:00Z&to=9999-12-31T23:59:59Z", "/to")]
    [InlineData("/stats?to=9999-12-31T23:59:59Z", "/to")]
    [InlineData("/stats?from=1999-12-31T23:59:59Z&to=2000-01-02T00:00:00Z", "/from")]
    public async Task A_view_of_a_time_that_no_event_can_have_is_refused_by_its_name(string query, string pointer)
    {
        using var client = host.ClientIn(Guid.NewGuid());
        using var response = await client.GetAsync($"/api/events{query}");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Contains(problem["errors"]!.AsArray(), e => e!["pointer"]!.GetValue<string>() == pointer);
    }

    [Theory]
    [InlineData("?from=0001-01-01T00:00:00Z", 1)]
    [InlineData("?to=9999-12-31T23:59:59.9999999Z&from=2000-01-01", 1)]
    [InlineData("?to=0001-01-01T00:00:00Z", 0)]
    [InlineData("?filter=occurredAt>\"0001-01-01T00:00:00Z\" AND occurredAt<\"9999-12-31T23:59:59.9999999Z\"", 1)]
    [InlineData("/timeline?bucket=week&from=2000-01-01T00:00:00Z&timezone=Pacific/Honolulu", 1)]
    [InlineData("/timeline?bucket=week&from=2026-01-01T00:00:00Z&to=2030-01-01T00:00:00Z&timezone=Pacific/Chatham", 1)]
    public async Task The_ends_of_what_may_be_asked_are_answered(string query, int found)
    {
        var group = Guid.NewGuid();
        await host.RecordAsync(EventsHost.Line(group));
        using var client = host.ClientIn(group);
        Assert.Equal(found, (await client.GetObjectAsync($"/api/events{query}")).Results().Count());
    }

    [Theory]
    [InlineData("timeline", new[] { "limit", "scope", "bucket", "timezone", "from", "to", "type", "platform" })]
    [InlineData("stats", new[] { "scope", "bucket", "timezone", "from", "to", "type", "platform" })]
    public async Task The_document_names_what_a_view_can_be_asked_and_nothing_else(string view, string[] parameters)
    {
        using var client = host.ClientIn(Guid.NewGuid());
        var operation = (await client.GetObjectAsync("/openapi/v1.json"))["paths"]![$"/api/events/{view}"]!["get"]!;
        Assert.Equal(parameters, operation["parameters"]!.AsArray().Select(p => p!["name"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("""jsonb_to_tsvector('simple', e.metadata, '["string", "numeric"]') @@ websearch_to_tsquery('simple', 'whale')""", "Index Cond: (jsonb_to_tsvector(")]
    [InlineData("""e.metadata @> '{"name":"whale"}'::jsonb""", "Index Cond: (metadata @>")]
    public async Task Words_and_members_are_found_by_their_index_although_rows_have_a_policy(string condition, string expected)
    {
        var scope = new TenantScope();
        scope.ActIn(Guid.NewGuid());
        await using var connection = await host.Services.GetRequiredService<TenantSessions>().OpenAsync(scope, CancellationToken.None);
        await using (var prefer = new NpgsqlCommand("set enable_seqscan = off; set enable_indexscan = off", connection))
        {
            await prefer.ExecuteNonQueryAsync();
        }

        await using var explain = new NpgsqlCommand($"explain select id from events e where {condition}", connection);
        var plan = new List<string>();
        await using var reader = await explain.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(0));
        }

        Assert.Contains(plan, line => line.Contains(expected, StringComparison.Ordinal));
    }

    private static IEnumerable<(string, long)> Buckets(JsonObject timeline)
        => timeline["buckets"]!.AsArray().Select(b => (b!["start"]!.GetValue<string>(), b["count"]!.GetValue<long>()));
}
