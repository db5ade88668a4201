using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OnePlatform.AppHost;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests;

/// <summary>
/// P8 where the parts are there and the network between them is not what it should be: a second set of processes reaches PostgreSQL,
/// Redis and RabbitMQ over lines that are slow, and that are cut in the middle of the work.
/// </summary>
[Collection(RunningPlatform.Name)]
[Trait("Proof", "P8")]
public sealed partial class FacingABadNetwork(PlatformFixture platform)
{
    private const int Things = 20;
    private const int Cuts = 4;
    private static readonly string[] s_stores =
    [
        ResourceNames.IdentityDb, ResourceNames.OntologyDb, ResourceNames.EventsDb, ResourceNames.KnowledgeDb, ResourceNames.RabbitMQ, ResourceNames.Redis,
    ];

    /// <param name="Id">Null where nobody can say whether it was made.</param>
    private sealed record Made(string Name, Guid? Id);

    [Fact]
    public async Task Over_slow_and_broken_lines_what_is_accepted_is_there_and_every_change_is_recorded_once()
    {
        var tenant = await platform.NewTenantAsync("network");
        var stores = s_stores.ToDictionary(store => store, platform.Platform.ConnectionString);
        var lines = stores.Values.Select(PortOf).Distinct().Select(port => (Port: port, Line: new SlowLine("127.0.0.1", port))).ToList();
        try
        {
            await using var second = await SecondInstances.StartAsync(platform.Platform, stores.ToDictionary(
                store => $"ConnectionStrings__{store.Key}", store => Address().Replace(store.Value, $"${{1}}{lines.Single(line => line.Port == PortOf(store.Value)).Line.Port}")));
            using var client = new HttpClient { BaseAddress = second.Gateway, Timeout = Eventually.Deadline };
            client.DefaultRequestHeaders.Add("X-API-Key", tenant.Key);

            var made = await OverSlowLinesAsync(client, [.. lines.Select(line => line.Line)]);
            made.AddRange(await WhileLinesAreCutAsync(client, [.. lines.Select(line => line.Line)]));

            await RecordedOnceAsync(tenant, made);
        }
        finally
        {
            foreach (var (_, line) in lines)
            {
                await line.DisposeAsync();
            }
        }
    }

    private static async Task<List<Made>> OverSlowLinesAsync(HttpClient client, IReadOnlyList<SlowLine> lines)
    {
        Set(lines, TimeSpan.FromMilliseconds(50), bytesPerSecond: 256 * 1024);
        var before = lines.Select(line => line.Passed).ToList();
        var made = await Task.WhenAll(Enumerable.Range(0, Things).Select(i => CreateAsync(client, $"slow {i}")));
        await Eventually.TrueAsync(() => Task.FromResult(lines.Zip(before).All(l => l.First.Passed > l.Second)));
        return [.. made];
    }

    private static async Task<Made[]> WhileLinesAreCutAsync(HttpClient client, IReadOnlyList<SlowLine> lines)
    {
        Set(lines, TimeSpan.FromMilliseconds(5), bytesPerSecond: 0);
        var creating = new List<Task<Made>>();
        for (var cut = 0; cut < Cuts; cut++)
        {
            var before = lines.Sum(line => line.Passed);
            creating.AddRange(Enumerable.Range(0, Things / Cuts).Select(i => CreateAsync(client, $"cut {cut} {i}")));
            await Eventually.TrueAsync(() => Task.FromResult(lines.Sum(line => line.Passed) > before));
            // Redis is left alone: a key whose mark may have been set takes half a minute to be told of.
            foreach (var line in lines.SkipLast(1))
            {
                line.Cut();
            }
        }

        return await Task.WhenAll(creating);
    }

    private async Task RecordedOnceAsync(Tenant tenant, List<Made> made)
    {
        using var direct = platform.WithKey(tenant.Key);
        var answer = await direct.SendAsync(HttpMethod.Get, "/api/things?type=note&limit=200");
        var results = answer["results"]!.AsArray();
        List<Guid> there = [.. results.Select(thing => thing!["id"]!.GetValue<Guid>())];
        List<string> names = [.. results.Select(thing => thing!["name"]!.GetValue<string>())];
        Assert.Superset(made.Select(m => m.Id).OfType<Guid>().ToHashSet(), there.ToHashSet());
        // However often each was asked for.
        Assert.Equal(names.Distinct().Count(), names.Count);
        await Eventually.TrueAsync(async () => (await RecordedAsync(direct)).Count >= there.Count);
        Assert.Equal(there.Order(), (await RecordedAsync(direct)).Order());
    }

    private static async Task<List<Guid>> RecordedAsync(HttpClient client)
        => [.. (await client.SendAsync(HttpMethod.Get, "/api/events?type=entity_created&limit=200&filter=metadata.entityType%3D%22note%22"))["results"]!.AsArray()
            .Select(e => e!["targetId"]!.GetValue<Guid>())];

    /// <summary>As a client ought to: comes again with the same key as long as it is told to.</summary>
    private static async Task<Made> CreateAsync(HttpClient client, string name)
    {
        var (key, made) = (Guid.NewGuid().ToString(), (Made?)null);
        await Eventually.TrueAsync(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/things") { Content = JsonContent.Create(new { type = "note", name }) };
            request.Headers.Add("Idempotency-Key", key);
            using var response = await client.SendAsync(request);
            var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            if (response.StatusCode == HttpStatusCode.Created)
            {
                made = new Made(name, answer["id"]!.GetValue<Guid>());
            }
            else if (answer["code"]!.GetValue<string>() == "idempotency_outcome_unknown")
            {
                made = new Made(name, Id: null);
            }
            else
            {
                Assert.True(response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.Conflict, $"The answer was {answer.ToJsonString()}");
                Assert.True(response.Headers.RetryAfter is not null, "It does not say when to come again.");
            }

            return made is not null;
        });
        return made!;
    }

    private static void Set(IEnumerable<SlowLine> lines, TimeSpan latency, int bytesPerSecond)
    {
        foreach (var line in lines)
        {
            (line.Latency, line.BytesPerSecond) = (latency, bytesPerSecond);
        }
    }

    private static int PortOf(string connection) => int.Parse(Address().Match(connection).Groups[2].Value, null);

    [GeneratedRegex(@"(127\.0\.0\.1(?::|;Port=))(\d+)")]
    private static partial Regex Address();
}
