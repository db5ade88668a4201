using System.Net;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests;

/// <summary>
/// An upgrade replaces one instance after the other: two of every process work on one database and one broker, each serves what the other
/// wrote, each change is one event, and one set going away loses nothing.
/// </summary>
[Collection(RunningPlatform.Name)]
[Trait("Proof", "P2")]
[Trait("Proof", "P3")]
[Trait("Proof", "P6")]
public sealed class RunningSideBySide(PlatformFixture platform)
{
    private const int Things = 20;

    [Fact]
    public async Task Two_instances_of_every_process_are_one_platform_and_one_may_go_at_any_time()
    {
        var tenant = await platform.NewTenantAsync("beside");
        await using var second = await SecondInstances.StartAsync(platform.Platform);
        using var one = platform.WithKey(tenant.Key);
        using var other = new HttpClient { BaseAddress = second.Gateway };
        other.DefaultRequestHeaders.Add("X-API-Key", tenant.Key);

        var made = new List<Guid>();
        for (var i = 0; i < Things; i++)
        {
            var (writer, reader) = i % 2 == 0 ? (one, other) : (other, one);
            var id = (await writer.SendPatientlyAsync(HttpMethod.Post, "/api/things", new { type = "note", name = $"Note {i}" }))["id"]!.GetValue<Guid>();
            Assert.Equal($"Note {i}", (await reader.SendPatientlyAsync(HttpMethod.Get, $"/api/things/{id}"))["name"]!.GetValue<string>());
            made.Add(id);
        }

        await RepeatsOnceAsync(one, other);
        await RevokesEverywhereAsync(tenant, other);

        // In the middle of its work: what it had taken over from its outbox and its queues, the first set goes on with.
        var last = await Task.WhenAll(Enumerable.Range(0, Things).Select(i => other.SendPatientlyAsync(HttpMethod.Post, "/api/things", new { type = "note", name = $"Last {i}" })));
        second.Kill();
        made.AddRange(last.Select(thing => thing["id"]!.GetValue<Guid>()));

        await Eventually.TrueAsync(async () => (await RecordedAsync(one)).Count >= made.Count + 1);
        var recorded = await RecordedAsync(one);
        Assert.Equal(recorded.Distinct().Count(), recorded.Count);
        Assert.Superset(made.ToHashSet(), recorded.ToHashSet());
    }

    /// <summary>The same request at both, at once and after: one thing.</summary>
    private static async Task RepeatsOnceAsync(HttpClient one, HttpClient other)
    {
        var key = Guid.NewGuid().ToString();
        async Task<HttpResponseMessage> SendAsync(HttpClient client)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/things") { Content = new StringContent("""{"type":"note","name":"Once"}""", null, "application/json") };
            request.Headers.Add("Idempotency-Key", key);
            return await client.SendAsync(request);
        }

        // While the first runs the second is told so; whoever comes later gets the first's answer.
        await Task.WhenAll(new[] { one, other }.Select(client => Eventually.TrueAsync(async () =>
        {
            using var response = await SendAsync(client);
            Assert.True(response.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict or HttpStatusCode.ServiceUnavailable, $"The answer was {response.StatusCode}.");
            return response.StatusCode == HttpStatusCode.Created;
        })));
        var found = await one.SendPatientlyAsync(HttpMethod.Get, "/api/things?type=note&filter=name%3D%22Once%22");
        Assert.Single(found["results"]!.AsArray());
    }

    private async Task RevokesEverywhereAsync(Tenant tenant, HttpClient other)
    {
        using var person = platform.Anonymous();
        person.DefaultRequestHeaders.Authorization = new("Bearer", tenant.AccessToken);
        var key = await person.SendPatientlyAsync(HttpMethod.Post, "/api/api-keys", new { name = "short-lived", scopes = new[] { "things:read" } });
        using var holder = new HttpClient { BaseAddress = other.BaseAddress };
        holder.DefaultRequestHeaders.Add("X-API-Key", key["key"]!.GetValue<string>());
        await holder.SendPatientlyAsync(HttpMethod.Get, "/api/things?limit=1");

        await person.SendPatientlyAsync(HttpMethod.Delete, $"/api/api-keys/{key["id"]}");

        await Eventually.TrueAsync(async () => (await holder.GetAsync(new Uri("/api/things?limit=1", UriKind.Relative))).StatusCode == HttpStatusCode.Unauthorized);
    }

    private static async Task<List<Guid>> RecordedAsync(HttpClient client)
        => [.. (await client.SendPatientlyAsync(HttpMethod.Get, "/api/events?type=entity_created&limit=200"))["results"]!.AsArray().Select(e => e!["targetId"]!.GetValue<Guid>())];
}
