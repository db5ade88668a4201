using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using OnePlatform.AppHost;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests;

/// <summary>
/// P2: every mutation has exactly one event, in the order of its target, and followers see each once: under fifty writers while the
/// log and the services that tell it are killed and the broker restarts. <c>FAULT_RUN_SECONDS=120</c> makes it the long run.
/// </summary>
[Trait("Proof", "P2")]
public sealed class LosingNothing(PlatformFixture platform) : IClassFixture<PlatformFixture>
{
    private const int Writers = 50;

    private static readonly TimeSpan s_length = TimeSpan.FromSeconds(
        int.Parse(Environment.GetEnvironmentVariable("FAULT_RUN_SECONDS") ?? "12", CultureInfo.InvariantCulture));

    [Fact]
    public async Task Every_mutation_is_recorded_once_and_in_order_whatever_dies_meanwhile()
    {
        var tenant = await platform.NewTenantAsync("writer");
        await LiftQuotasAsync(tenant.GroupId);
        var mutations = new Mutations();
        using var client = platform.WithKey(tenant.Key);
        using var writing = new CancellationTokenSource();
        using var following = new CancellationTokenSource();
        var reader = new LogFollower(platform.WithKey(tenant.Key));
        var followers = new[] { reader.TailAsync(following.Token), reader.StreamAsync(following.Token) };
        var writers = Enumerable.Range(0, Writers).Select(i => new FaultRunWriter(client, mutations, i).RunAsync(writing.Token)).ToArray();

        await BreakThingsAsync();
        await writing.CancelAsync();
        await Task.WhenAll(writers).WaitAsync(Eventually.Deadline);
        await platform.Platform.WaitUntilReadyAsync(Eventually.Deadline);

        await using var log = NpgsqlDataSource.Create(DatabaseOf(ResourceNames.EventsDb));
        await Eventually.TrueAsync(async () => await CaughtUpAsync(log, tenant.GroupId, mutations), otherwise: () => "The log lacks something.");
        var recorded = await RecordedAsync(log, tenant.GroupId);
        Assert.True(mutations.Acknowledged > Writers, $"Only {mutations.Acknowledged} mutations were acknowledged.");
        Assert.Equal(Enumerable.Range(1, recorded.Count).Select(p => (long)p), recorded.Select(r => r.Position));
        await SameAsRowsAsync(recorded, tenant.GroupId);
        SameAsAcknowledged(recorded, mutations);

        await Eventually.TrueAsync(
            () => Task.FromResult(reader.Tailed.Count >= recorded.Count && reader.Streamed.Count >= recorded.Count),
            otherwise: () => $"Of {recorded.Count} events the tail saw {reader.Tailed.Count} and the stream {reader.Streamed.Count}.");
        await following.CancelAsync();
        await Task.WhenAll(followers).WaitAsync(Eventually.Deadline);
        Assert.Equal(recorded.Select(r => r.Position), reader.Tailed);
        Assert.Equal(recorded.Select(r => r.Position), reader.Streamed);
        Assert.True(reader.Connections > 1, "The stream was never cut.");
        Console.WriteLine(
            $"{s_length.TotalSeconds:0} s, {mutations.Acknowledged} mutations acknowledged, {mutations.Unanswered} refused or unanswered, "
            + $"{recorded.Count} events; the stream was resumed {reader.Connections - 1} times.");
    }

    /// <summary>In turn, until the time is over and each was hit.</summary>
    private async Task BreakThingsAsync()
    {
        var end = TimeProvider.System.GetUtcNow() + s_length;
        do
        {
            await Task.Delay(s_length / 8);
            await platform.Platform.KillAsync(ResourceNames.Events);
            await Task.Delay(s_length / 8);
            await platform.Platform.KillAsync(ResourceNames.Ontology);
            await platform.Platform.WaitUntilReadyAsync(ResourceNames.Ontology, Eventually.Deadline);
            await platform.Platform.StopResourceAsync(ResourceNames.RabbitMQ);
            await Task.Delay(s_length / 8);
            await platform.Platform.StartResourceAsync(ResourceNames.RabbitMQ);
            await platform.Platform.WaitUntilReadyAsync(ResourceNames.RabbitMQ, Eventually.Deadline);
        }
        while (TimeProvider.System.GetUtcNow() < end);
    }

    private async Task<bool> CaughtUpAsync(NpgsqlDataSource log, Guid group, Mutations mutations)
    {
        foreach (var database in new[] { ResourceNames.OntologyDb, ResourceNames.IdentityDb, ResourceNames.KnowledgeDb, ResourceNames.EventsDb })
        {
            await using var source = NpgsqlDataSource.Create(DatabaseOf(database));
            if (await source.CreateCommand("select count(*) from outbox").ExecuteScalarAsync() is not 0L)
            {
                return false;
            }
        }

        var recorded = await RecordedAsync(log, group);
        var (things, others) = await RowsAsync(group);
        return recorded.Count(r => r.Type is "entity_created" or "entity_updated") >= things.Values.Sum()
            && recorded.Count(r => r.Type is "api_key_created" or "knowledge_created") >= others.Count
            && recorded.Count(r => r.Note is not null) >= mutations.Notes.Count;
    }

    private async Task SameAsRowsAsync(IReadOnlyList<RecordedEvent> recorded, Guid group)
    {
        var (things, others) = await RowsAsync(group);
        var ofThings = recorded.Where(r => r.Type is "entity_created" or "entity_updated").ToLookup(r => r.Target!.Value);
        Assert.Equal(things.Keys.Order(), ofThings.Select(t => t.Key).Order());
        // A thing's version counts its changes: each has its event, once, and in that order.
        Assert.All(ofThings, t => Assert.Equal(Enumerable.Range(1, (int)things[t.Key]).Select(v => (long)v), t.Select(r => r.Version!.Value)));
        Assert.Equal(others.Order(), recorded.Where(r => r.Type is "api_key_created" or "knowledge_created").Select(r => r.Target!.Value).Order());
    }

    private static void SameAsAcknowledged(IReadOnlyList<RecordedEvent> recorded, Mutations mutations)
    {
        var made = recorded.Where(r => r.Type is "entity_created" or "api_key_created" or "knowledge_created").Select(r => r.Target!.Value).ToHashSet();
        Assert.Superset(mutations.Created.ToHashSet(), made);
        var versions = recorded.Where(r => r.Type == "entity_updated").Select(r => (r.Target!.Value, r.Version!.Value)).ToHashSet();
        Assert.Superset(mutations.Updated.ToHashSet(), versions);
        var notes = recorded.Where(r => r.Note is not null).GroupBy(r => r.Note!).ToDictionary(n => n.Key, n => n.Count());
        Assert.All(notes.Values, count => Assert.Equal(1, count));
        Assert.Superset(mutations.Notes.ToHashSet(), notes.Keys.ToHashSet());
    }

    private static async Task<IReadOnlyList<RecordedEvent>> RecordedAsync(NpgsqlDataSource log, Guid group)
    {
        await using var command = log.CreateCommand(
            "select position, type, target_id, target_version, metadata ->> 'note' from events where group_id = $1 order by position");
        command.Parameters.Add(new() { Value = group });
        await using var reader = await command.ExecuteReaderAsync();
        var all = new List<RecordedEvent>();
        while (await reader.ReadAsync())
        {
            all.Add(new(
                reader.GetInt64(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetGuid(2), reader.IsDBNull(3) ? null : reader.GetInt64(3),
                reader.IsDBNull(4) ? null : reader.GetString(4)));
        }

        return all;
    }

    /// <summary>What the services hold: things with their versions, and the ids of keys and knowledge.</summary>
    private async Task<(Dictionary<Guid, long> Things, List<Guid> Others)> RowsAsync(Guid group)
    {
        var things = await ReadAsync(ResourceNames.OntologyDb, "select id, version from things where group_id = $1", group);
        var keys = await ReadAsync(ResourceNames.IdentityDb, "select id, version from api_keys where group_id = $1", group);
        var knowledge = await ReadAsync(
            ResourceNames.KnowledgeDb, "select id, version from knowledge where group_id = $1 and thing_id is null and type = 'label'", group);
        return (things.ToDictionary(), [.. keys.Concat(knowledge).Select(r => r.Key)]);
    }

    private async Task<List<KeyValuePair<Guid, long>>> ReadAsync(string database, string sql, Guid group)
    {
        await using var source = NpgsqlDataSource.Create(DatabaseOf(database));
        await using var command = source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = group });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<KeyValuePair<Guid, long>>();
        while (await reader.ReadAsync())
        {
            rows.Add(new(reader.GetGuid(0), reader.GetInt64(1)));
        }

        return rows;
    }

    private string DatabaseOf(string name) => $"{platform.Platform.ConnectionString(ResourceNames.Postgres)};Database={name};Pooling=false";

    private async Task LiftQuotasAsync(Guid group)
    {
        using var anonymous = platform.Anonymous();
        var password = platform.Demo["password"]!.GetValue<string>();
        JsonNode session = await anonymous.SendAsync(HttpMethod.Post, "/api/auth/signin", new { email = "admin@oneplatform.local", password });
        using var admin = platform.Anonymous();
        admin.DefaultRequestHeaders.Authorization = new("Bearer", session["accessToken"]!.GetValue<string>());
        admin.DefaultRequestHeaders.Add("X-Group-Id", group.ToString());
        var limits = new { things = 10_000_000, knowledge = 10_000_000, apiCallsPerMonth = 100_000_000, storageBytes = 1L << 40 };
        await admin.SendAsync(HttpMethod.Patch, $"/api/groups/{group}", new { settings = new { limits } });
    }
}

internal sealed record RecordedEvent(long Position, string Type, Guid? Target, long? Version, string? Note);
