using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using OnePlatform.Contracts;
using OnePlatform.Events.Checkpoints;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Events.Tests;

public sealed class SealingTheLog(EventsHost host) : IClassFixture<EventsHost>
{
    [Fact]
    public async Task A_reader_who_trusts_nobody_checks_signature_proof_and_growth_by_the_standards()
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group, Role.GroupUser);
        await RecordAsync(group, 3);
        await SealAsync();
        await RecordAsync(group, 597);
        await SealAsync();

        var checkpoints = (await client.GetObjectAsync("/api/events/checkpoints")).Results().ToList();
        Assert.Equal([600, 3], checkpoints.Select(c => c["size"]!.GetValue<long>()));
        foreach (var checkpoint in checkpoints)
        {
            var said = Signed(checkpoint["statement"]!.GetValue<string>());
            Assert.Equal((group, checkpoint["size"]!.GetValue<long>(), checkpoint["rootHash"]!.GetValue<string>()),
                (said["sub"]!.GetValue<Guid>(), said["size"]!.GetValue<long>(), said["root"]!.GetValue<string>()));
        }

        var events = (await client.GetObjectAsync("/api/events?afterPosition=0&limit=200")).Results().ToList();
        foreach (var (shown, size) in new[] { (events[0], 3), (events[0], 600), (events[2], 3), (events[199], 600) })
        {
            var proof = await client.GetObjectAsync($"/api/events/{shown["id"]}/proof?size={size}");
            Assert.True(Holds(proof));
            var entry = JsonNode.Parse(proof["entry"]!.GetValue<string>())!;
            Assert.Equal(shown["id"]!.GetValue<Guid>(), entry["id"]!.GetValue<Guid>());
            Assert.Equal(shown["metadata"]!.ToJsonString(), entry["metadata"]!.ToJsonString());
            // The API shows milliseconds.
            Assert.InRange(entry["occurredAt"]!.GetValue<DateTimeOffset>() - shown["occurredAt"]!.GetValue<DateTimeOffset>(), TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
            Assert.Equal(size, proof["checkpoint"]!["size"]!.GetValue<long>());
            proof["entry"] = proof["entry"]!.GetValue<string>() + " ";
            Assert.False(Holds(proof));
        }

        var answer = await VerifyAsync(client, new { checkpoint = checkpoints[1]["statement"]!.GetValue<string>() });
        Assert.True(answer["isIntact"]!.GetValue<bool>(), answer.ToJsonString());
        Assert.Equal((1, 600, 600, 0), Figures(answer));
        Assert.True(MerkleVerifier.IsConsistent(3, 600, RootOf(checkpoints[1]), RootOf(checkpoints[0]), Hashes(answer["consistency"]!)));
    }

    [Fact]
    public async Task All_of_a_log_is_looked_at_in_parts()
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        await RecordAsync(group, 30);
        await SealAsync();
        var (next, seen) = ((long?)1, 0L);
        while (next is not null)
        {
            var part = await VerifyAsync(client, new { from = next, to = next + 6 });
            Assert.True(part["isIntact"]!.GetValue<bool>());
            seen += part["checked"]!.GetValue<long>();
            next = part["next"]?.GetValue<long>();
        }

        Assert.Equal(30, seen);
        var last = await VerifyAsync(client, new { from = 25, to = 99 });
        Assert.Equal((25, 30, 6, 0), Figures(last));
        Assert.Equal((24, 30, 7, 0), Figures(await VerifyAsync(client, new { from = 24 })));
        Assert.Equal((1, 5, 5, 0), Figures(await VerifyAsync(client, new { to = 5 })));
    }

    [Theory]
    [InlineData("update events set metadata = '{\"x\":1}' where group_id = $1 and position = 2 returning 1", "event_changed", 2)]
    [InlineData("update events set occurred_at = occurred_at - interval '1 microsecond' where group_id = $1 and position = 2 returning 1", "event_changed", 2)]
    [InlineData("update events set ip = '203.0.113.9' where group_id = $1 and position = 2 returning 1", "event_changed", 2)]
    [InlineData("delete from events where group_id = $1 and position = 2 returning 1", "event_missing", 2)]
    [InlineData("delete from events where group_id = $1 and position = 300 returning 1", "event_missing", 300)]
    [InlineData("update events set position = 5 - position where group_id = $1 and position in (2, 3) returning 1", "event_changed", 2)]
    [InlineData("update events set position = 2 where group_id = $1 and position = 3 returning 1", "event_added", 2)]
    [InlineData("update event_tree_tiles set hashes = set_byte(hashes, 9, 255 - get_byte(hashes, 9)) where group_id = $1 and level = 0 and number = 0 returning 1", "tree_changed", null)]
    [InlineData("update event_tree_tiles set hashes = set_byte(hashes, 9, 255 - get_byte(hashes, 9)) where group_id = $1 and level = 1 returning 1", "tree_changed", null)]
    [InlineData("delete from event_tree_tiles where group_id = $1 and level = 0 and number = 1 returning 1", "tree_changed", null)]
    [InlineData("update event_checkpoints set root_hash = sha256('x') where group_id = $1 returning 1", "checkpoint_changed", null)]
    [InlineData("update event_checkpoints set statement = statement || 'A' where group_id = $1 returning 1", "checkpoint_changed", null)]
    public async Task What_somebody_changes_in_the_database_is_told(string change, string code, int? position)
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        await RecordAsync(group, 300);
        await SealAsync();
        Assert.True((await VerifyAsync(client, new { }))["isIntact"]!.GetValue<bool>());

        Assert.Equal(1, await host.Database.ScalarAsync<int>(change, group));

        var answer = await VerifyAsync(client, new { });
        Assert.False(answer["isIntact"]!.GetValue<bool>());
        Assert.Contains(answer["faults"]!.AsArray(), f => f!["code"]!.GetValue<string>() == code && f["position"]?.GetValue<int>() == position);
    }

    [Fact]
    public async Task A_log_that_was_written_anew_from_end_to_end_is_not_the_one_whose_checkpoint_was_kept()
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        await RecordAsync(group, 5);
        await SealAsync();
        var kept = (await client.GetObjectAsync("/api/events/checkpoints")).Results().Single()["statement"]!.GetValue<string>();
        // By somebody who has the database and the service's secret.
        await host.Database.ScalarAsync<int>("update events set metadata = '{\"x\":1}' where group_id = $1 and position = 2", group);
        foreach (var table in new[] { "event_trees", "event_tree_tiles", "event_checkpoints" })
        {
            await host.Database.ScalarAsync<int>($"delete from {table} where group_id = $1", group);
        }

        Assert.Equal("log_shorter", Assert.Single(Faults(await VerifyAsync(client, new { checkpoint = kept }))));
        await SealAsync();

        Assert.True((await VerifyAsync(client, new { }))["isIntact"]!.GetValue<bool>());
        Assert.Equal("checkpoint_differs", Assert.Single(Faults(await VerifyAsync(client, new { checkpoint = kept }))));
        var parts = kept.Split('.');
        var forged = $"{parts[0]}.{parts[1]}.{parts[2][..^4]}AAAA";
        Assert.Contains("not_signed_here", Faults(await VerifyAsync(client, new { checkpoint = forged })));
    }

    [Fact]
    public async Task After_a_change_of_the_secret_what_was_signed_before_is_told_from_what_somebody_else_signed()
    {
        var group = Guid.NewGuid();
        using var before = host.ClientIn(group);
        await using var other = host.StartAnother(settings: ("Webhooks:EncryptionSecret", new string('n', 40)));
        using var client = other.ClientWith(host.Tokens.ForPerson(Guid.NewGuid(), group, Role.GroupOwner));
        await RecordAsync(group, 2);
        await SealAsync();
        var kept = (await before.GetObjectAsync("/api/events/checkpoints")).Results().Single()["statement"]!.GetValue<string>();
        Assert.Equal(["other_key"], Faults(await VerifyAsync(client, new { checkpoint = kept })));

        await RecordAsync(group, 1);
        await Eventually.TrueAsync(() => other.Services.GetRequiredService<MakeCheckpoints>().RunAsync(CancellationToken.None));
        Assert.Empty(Faults(await VerifyAsync(client, new { checkpoint = kept })));
        Assert.Equal(1, await host.Database.ScalarAsync<int>("delete from event_checkpoints where group_id = $1 and size = 2 returning 1", group));
        Assert.Equal(["not_signed_here"], Faults(await VerifyAsync(client, new { checkpoint = kept })));
    }

    [Fact]
    public async Task What_retention_removes_is_counted_and_what_stays_is_still_proven()
    {
        var (group, old) = (Guid.NewGuid(), TimeProvider.System.GetUtcNow().AddDays(-31));
        using var client = host.ClientIn(group);
        await host.RecordAsync(old, EventOrigin.System, [.. Enumerable.Range(0, 10).Select(i => EventsHost.Line(group, at: old.AddSeconds(i)))]);
        await SealAsync();
        await RecordAsync(group, 2);
        await SealAsync();
        (await client.PutAsJsonAsync("/api/events/retention", new { days = 30 })).EnsureSuccessStatusCode();
        Assert.Equal(10, await host.PurgeAsync());

        var answer = await VerifyAsync(client, new { });
        Assert.True(answer["isIntact"]!.GetValue<bool>(), answer.ToJsonString());
        Assert.Equal((1, 12, 2, 10), Figures(answer));
        var stays = (await client.GetObjectAsync("/api/events")).Ids().First();
        Assert.True(Holds(await client.GetObjectAsync($"/api/events/{stays}/proof")));

        Assert.Equal(1, await host.Database.ScalarAsync<int>("delete from events where group_id = $1 and position = 11 returning 1", group));
        Assert.Equal("event_missing", Assert.Single(Faults(await VerifyAsync(client, new { }))));
    }

    [Fact]
    public async Task Events_that_are_gone_before_their_leaf_is_made_leave_the_tree_whole()
    {
        var (group, old) = (Guid.NewGuid(), TimeProvider.System.GetUtcNow().AddDays(-31));
        using var client = host.ClientIn(group);
        (await client.PutAsJsonAsync("/api/events/retention", new { days = 30 })).EnsureSuccessStatusCode();
        await host.RecordAsync(old, EventOrigin.System, [.. Enumerable.Range(0, 300).Select(i => EventsHost.Line(group, at: old.AddSeconds(i)))]);
        await host.PurgeAsync();
        await RecordAsync(group, 2);
        await SealAsync();

        var answer = await VerifyAsync(client, new { });
        Assert.True(answer["isIntact"]!.GetValue<bool>(), answer.ToJsonString());
        Assert.Equal((1, 302, 2, 300), Figures(answer));
        Assert.True(Holds(await client.GetObjectAsync($"/api/events/{(await client.GetObjectAsync("/api/events")).Ids().First()}/proof")));
    }

    [Fact]
    public async Task Instances_beside_each_other_make_each_checkpoint_once()
    {
        var group = Guid.NewGuid();
        await using var other = host.StartAnother();
        for (var round = 0; round < 5; round++)
        {
            await RecordAsync(group, 7);
            var jobs = new[] { host.Services, other.Services }.Select(s => s.GetRequiredService<MakeCheckpoints>());
            await Task.WhenAll(jobs.SelectMany(j => new[] { j, j }).Select(j => j.RunAsync(CancellationToken.None)));
            await SealAsync();
        }

        using var client = host.ClientIn(group);
        Assert.Equal([35, 28, 21, 14, 7], (await client.GetObjectAsync("/api/events/checkpoints")).Results().Select(c => c["size"]!.GetValue<long>()));
        Assert.True((await VerifyAsync(client, new { }))["isIntact"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("delete from event_tree_tiles where group_id = $1 and level = 0 and number = 1 returning 1")]
    [InlineData("delete from event_tree_tiles where group_id = $1 and level = 1 and number = 0 returning 1")]
    public async Task A_tree_that_is_damaged_grows_no_more_and_holds_up_no_other(string change)
    {
        Guid[] groups = [.. Enumerable.Range(0, 3).Select(_ => Guid.NewGuid())];
        foreach (var group in groups)
        {
            await RecordAsync(group, 300);
        }

        await SealAsync();
        Assert.Equal(1, await host.Database.ScalarAsync<int>(change, groups[1]));
        foreach (var group in groups)
        {
            await RecordAsync(group, 1);
        }

        await SealAsync();

        foreach (var (group, sizes) in groups.Zip(new long[][] { [301, 300], [300], [301, 300] }))
        {
            using var client = host.ClientIn(group);
            Assert.Equal(sizes, (await client.GetObjectAsync("/api/events/checkpoints")).Results().Select(c => c["size"]!.GetValue<long>()));
        }
    }

    [Fact]
    public async Task A_log_without_a_checkpoint_says_so_and_an_event_waits_for_the_next()
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        var before = await VerifyAsync(client, new { });
        Assert.True(before["isIntact"]!.GetValue<bool>());
        Assert.Null(before["checkpoint"]);
        await RecordAsync(group, 1);
        var id = (await client.GetObjectAsync("/api/events")).Ids().Single();
        await SealAsync();
        await RecordAsync(group, 1);
        var late = (await client.GetObjectAsync("/api/events")).Ids().First();
        await ProblemAsync(client.GetAsync($"/api/events/{late}/proof"), HttpStatusCode.Conflict, "not_yet_sealed");
        await ProblemAsync(client.GetAsync($"/api/events/{late}/proof?size=1"), HttpStatusCode.BadRequest, "no_such_checkpoint");
        await ProblemAsync(client.GetAsync($"/api/events/{id}/proof?size=2"), HttpStatusCode.BadRequest, "no_such_checkpoint");
        using var garbage = await client.GetAsync($"/api/events/{id}/proof?size=x");
        Assert.Equal(HttpStatusCode.BadRequest, garbage.StatusCode);
    }

    [Fact]
    public async Task Another_group_has_no_proof_and_no_statement_of_this_one()
    {
        var (ours, theirs) = (Guid.NewGuid(), Guid.NewGuid());
        using var client = host.ClientIn(ours);
        using var stranger = host.ClientIn(theirs);
        await RecordAsync(ours, 2);
        await RecordAsync(theirs, 1);
        await SealAsync();
        var id = (await client.GetObjectAsync("/api/events")).Ids().First();
        using var absent = await stranger.GetAsync($"/api/events/{id}/proof");
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        Assert.Equal([1], (await stranger.GetObjectAsync("/api/events/checkpoints")).Results().Select(c => c["size"]!.GetValue<long>()));
        var statement = (await client.GetObjectAsync("/api/events/checkpoints")).Results().Single()["statement"]!.GetValue<string>();
        await ProblemAsync(stranger.PostAsJsonAsync("/api/events/verify", new { checkpoint = statement }), HttpStatusCode.BadRequest, "invalid_checkpoint");
        Assert.Equal((1, 1, 1, 0), Figures(await VerifyAsync(stranger, new { })));

        using var customer = host.ClientIn(ours, Role.Customer);
        using var nowhere = host.ClientIn(null);
        foreach (var refused in new[] { customer, nowhere })
        {
            using var answer = await refused.PostAsJsonAsync("/api/events/verify", new { });
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("""{"from":0}""", "/from")]
    [InlineData("""{"to":-1}""", "/to")]
    [InlineData("""{"from":3,"to":2}""", "/from")]
    [InlineData("""{"from":9223372036854775807}""", "/from")]
    [InlineData("""{"from":1,"to":9223372036854775807,"colour":1}""", null)]
    [InlineData("""{"checkpoint":""}""", "/checkpoint")]
    [InlineData("""{"checkpoint":"a.b.c"}""", "/checkpoint")]
    [InlineData("""{"checkpoint":"eyJhbGciOiJub25lIn0.e30."}""", "/checkpoint")]
    [InlineData("""{"checkpoint":"eyJhbGciOiJFUzI1NiIsInR5cCI6ImxvZy1jaGVja3BvaW50K2p3dCJ9.eyJzdWIiOiIwMTkwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDAiLCJzaXplIjoieCIsInJvb3QiOiIwMCJ9.AAAA"}""", "/checkpoint")]
    [InlineData("""{"checkpoint":"eyJhbGciOiJFUzI1NiIsInR5cCI6ImxvZy1jaGVja3BvaW50K2p3dCJ9.eyJzdWIiOiIwMTkwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDAiLCJzaXplIjo5ZSs5OSwicm9vdCI6IjAwIn0.AAAA"}""", "/checkpoint")]
    [InlineData("""{"checkpoint":"eyJhbGciOiJFUzI1NiIsInR5cCI6ImxvZy1jaGVja3BvaW50K2p3dCJ9.eyJzdWIiOjcsInNpemUiOjEsInJvb3QiOiIwMCJ9.AAAA"}""", "/checkpoint")]
    [InlineData("""{"checkpoint":"eyJhbGciOiJFUzI1NiIsInR5cCI6ImxvZy1jaGVja3BvaW50K2p3dCJ9.eyJzdWIiOiIwMTkwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDAiLCJzaXplIjotMSwicm9vdCI6IjAwIn0.AAAA"}""", "/checkpoint")]
    [InlineData("""{"checkpoint":"eyJhbGciOiJFUzI1NiIsInR5cCI6ImxvZy1jaGVja3BvaW50K2p3dCJ9.eyJzdWIiOiIwMTkwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDAiLCJzaXplIjoxLCJyb290Ijp7ImEiOjF9fQ.AAAA"}""", "/checkpoint")]
    [InlineData("""{"checkpoint":"eyJhbGciOiJFUzI1NiIsInR5cCI6ImxvZy1jaGVja3BvaW50K2p3dCJ9.eyJzdWIiOlsiMDE5MDAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAwIl0sInNpemUiOjEsInJvb3QiOiIwMCJ9.AAAA"}""", "/checkpoint")]
    [InlineData("""{"checkpoint":"eyJhbGciOiJFUzI1NiIsInR5cCI6ImxvZy1jaGVja3BvaW50K2p3dCJ9.WzFd.AAAA"}""", "/checkpoint")]
    [InlineData("""{"checkpoint":"eyJhbGciOiJFUzI1NiIsInR5cCI6ImxvZy1jaGVja3BvaW50K2p3dCJ9.Ingi.AAAA"}""", "/checkpoint")]
    [InlineData("""{"checkpoint":".e30."}""", "/checkpoint")]
    [InlineData("""{"checkpoint":"eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..A.A.A"}""", "/checkpoint")]
    [InlineData("""{"checkpoint":7}""", null)]
    [InlineData("[]", null)]
    public async Task What_cannot_be_looked_at_is_refused(string body, string? pointer)
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        await RecordAsync(group, 4);
        await SealAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/api/events/verify", content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        if (pointer is not null)
        {
            Assert.Equal(pointer, problem["errors"]![0]!["pointer"]!.GetValue<string>());
        }
    }

    private Task RecordAsync(Guid group, int count) => host.RecordAsync([.. Enumerable.Range(0, count).Select(_ => EventsHost.Line(group))]);

    // The run that every instance begins with may have to end first.
    private Task SealAsync() => Eventually.TrueAsync(() => host.Services.GetRequiredService<MakeCheckpoints>().RunAsync(CancellationToken.None));

    private static async Task<JsonObject> VerifyAsync(HttpClient client, object body)
    {
        using var answer = await client.PostAsJsonAsync("/api/events/verify", body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static async Task ProblemAsync(Task<HttpResponseMessage> asked, HttpStatusCode status, string code)
    {
        using var answer = await asked;
        var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal((status, code), (answer.StatusCode, (problem["errors"]?[0]?["code"] ?? problem["code"])!.GetValue<string>()));
    }

    private static (long From, long To, long Checked, long Removed) Figures(JsonObject answer)
        => (answer["from"]!.GetValue<long>(), answer["to"]!.GetValue<long>(), answer["checked"]!.GetValue<long>(), answer["removed"]!.GetValue<long>());

    private static IEnumerable<string> Faults(JsonObject answer) => answer["faults"]!.AsArray().Select(f => f!["code"]!.GetValue<string>());

    private static bool Holds(JsonObject proof) => MerkleVerifier.Includes(
        MerkleVerifier.Leaf(Encoding.UTF8.GetBytes(proof["entry"]!.GetValue<string>())), proof["leafIndex"]!.GetValue<long>(),
        proof["checkpoint"]!["size"]!.GetValue<long>(), Hashes(proof["path"]!), RootOf(proof["checkpoint"]!));

    private static byte[][] Hashes(JsonNode hashes) => [.. hashes.AsArray().Select(h => Convert.FromHexString(h!.GetValue<string>()))];

    private static byte[] RootOf(JsonNode checkpoint) => Convert.FromHexString(checkpoint["rootHash"]!.GetValue<string>());

    /// <summary>Checks a JWS by RFC 7515, section 5.2, with the key in its header.</summary>
    private static JsonObject Signed(string statement)
    {
        var parts = statement.Split('.');
        var header = JsonNode.Parse(Base64UrlEncoder.Decode(parts[0]))!;
        Assert.Equal("ES256", header["alg"]!.GetValue<string>());
        var jwk = header["jwk"]!;
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint
            {
                X = Base64UrlEncoder.DecodeBytes(jwk["x"]!.GetValue<string>()),
                Y = Base64UrlEncoder.DecodeBytes(jwk["y"]!.GetValue<string>()),
            },
        });
        Assert.True(key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64UrlEncoder.DecodeBytes(parts[2]), HashAlgorithmName.SHA256));
        return JsonNode.Parse(Base64UrlEncoder.Decode(parts[1]))!.AsObject();
    }
}
