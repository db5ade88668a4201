using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using OnePlatform.AppHost;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests;

/// <summary>P8 with not a byte left under PostgreSQL.</summary>
[Collection(BreakablePlatform.Name)]
[Trait("Proof", "P8")]
public sealed class FillingTheDisk(BreakablePlatformFixture fixture)
{
    private const int Writers = 4;

    [FactOnASmallDisk]
    public async Task What_does_not_fit_is_refused_what_was_accepted_is_kept_and_room_is_all_that_is_needed()
    {
        var tenant = await fixture.NewTenantAsync("full");
        using var client = fixture.WithKey(tenant.Key);
        client.Timeout = Eventually.Deadline;

        await fixture.Disk!.FillAsync();
        List<Guid> accepted;
        try
        {
            var written = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => WriteUntilRefusedAsync(client)));
            accepted = [.. written.SelectMany(ids => ids)];
        }
        finally
        {
            fixture.Disk.MakeRoom();
        }

        accepted.Add((await client.SendPatientlyAsync(HttpMethod.Post, "/api/things", Thing()))["id"]!.GetValue<Guid>());
        await fixture.Platform.WaitUntilReadyAsync(Eventually.Deadline);
        await Eventually.TrueAsync(async () => accepted.ToHashSet().IsSubsetOf(await RecordedAsync(client)));
        var recorded = await RecordedAsync(client);
        Assert.Equal(recorded.Distinct().Count(), recorded.Count);
        var there = (await client.SendAsync(HttpMethod.Get, "/api/things?type=note&limit=200"))["results"]!.AsArray();
        Assert.Superset(accepted.ToHashSet(), there.Select(thing => thing!["id"]!.GetValue<Guid>()).ToHashSet());
    }

    /// <returns>What was accepted before.</returns>
    private async Task<List<Guid>> WriteUntilRefusedAsync(HttpClient client)
    {
        var accepted = new List<Guid>();
        await Eventually.TrueAsync(async () =>
        {
            using var response = await client.PostAsJsonAsync(new Uri("/api/things", UriKind.Relative), Thing());
            var answer = await response.Content.ReadAsStringAsync();
            if (response.StatusCode == HttpStatusCode.Created)
            {
                accepted.Add(JsonNode.Parse(answer)!["id"]!.GetValue<Guid>());
                return false;
            }

            Assert.True(response.StatusCode == HttpStatusCode.ServiceUnavailable, string.Join('\n', [answer, .. fixture.Platform.LogTail(ResourceNames.Ontology)]));
            Assert.True(response.Headers.RetryAfter is not null, "It does not say when to come again.");
            return true;
        });
        return accepted;
    }

    // Nothing that compresses: every one of them needs room.
    private static object Thing() => new { type = "note", name = "Large", properties = new { content = Convert.ToBase64String(RandomNumberGenerator.GetBytes(60_000)) } };

    private static async Task<List<Guid>> RecordedAsync(HttpClient client)
        => [.. (await client.SendPatientlyAsync(HttpMethod.Get, "/api/events?type=entity_created&limit=200"))["results"]!.AsArray().Select(e => e!["targetId"]!.GetValue<Guid>())];
}
