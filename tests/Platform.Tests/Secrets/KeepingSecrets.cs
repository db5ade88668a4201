using System.Text;
using Npgsql;
using OnePlatform.AppHost;
using OnePlatform.AppHost.Local;
using OnePlatform.Testing;
using StackExchange.Redis;

namespace OnePlatform.Platform.Tests.Secrets;

/// <summary>
/// P10: after a run that uses every kind of secret, none of them stands in any log, trace, metric, event, webhook, database or in Redis; nor do
/// people and what they wrote in logs and telemetry.
/// The platform runs as in Production and says all it can say.
/// </summary>
[Trait("Proof", "P10")]
public sealed class KeepingSecrets : IAsyncLifetime
{
    private static readonly string[] s_databases = [ResourceNames.IdentityDb, ResourceNames.OntologyDb, ResourceNames.EventsDb, ResourceNames.KnowledgeDb];

    private readonly string _folder = Directory.CreateTempSubdirectory("secrets").FullName;
    private readonly Dictionary<string, string> _configured = new()
    {
        ["Identity__KeyEncryptionSecret"] = Planted(),
        ["Querying__CursorKey"] = Planted(),
        ["Webhooks__EncryptionSecret"] = Planted(),
        ["ChatModel__ApiKey"] = $"sk-{Planted()}",
    };

    private OutsideWorld _outside = null!;
    private LocalPlatform _platform = null!;

    public async Task InitializeAsync()
    {
        File.SetUnixFileMode(_folder, File.GetUnixFileMode(_folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        _outside = await OutsideWorld.StartAsync();
        await Starting.InTurnAsync(async () =>
        {
            _platform = await LocalPlatform.StartAsync(new LocalPlatformOptions
            {
                DataFolder = _folder,
                Throwaway = true,
                Resources = [ResourceNames.Gateway],
                Environment = new Dictionary<string, string?>(_configured.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)))
                {
                    ["ASPNETCORE_ENVIRONMENT"] = "Production",
                    ["Database__MigrateOnStart"] = "true",
                    ["Logging__LogLevel__Default"] = "Debug",
                    ["Mail__Folder"] = Path.Combine(_folder, "mail"),
                    ["Mail__PollInterval"] = "00:00:00.1",
                    ["Webhooks__AllowPrivateAddresses"] = "true",
                    ["ChatModel__Endpoint"] = $"{_outside.Address}/provider",
                    ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _outside.Address,
                    ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                    ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
                },
            });
            await _platform.WaitUntilReadyAsync(Eventually.Deadline);
        });
    }

    public async Task DisposeAsync()
    {
        await _platform.DisposeAsync();
        await _outside.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task No_secret_of_a_whole_run_stands_anywhere_it_could_be_read()
    {
        var run = new SecretRun(_platform.BaseAddress, Path.Combine(_folder, "mail"), _outside);
        await run.RunAsync();
        var places = new List<(string Place, string Text)>();
        await Eventually.TrueAsync(async () => await TextAsync(ResourceNames.EventsDb, "select count(*)::text from events where type = 'entity_created'") != "0\n");
        foreach (var database in s_databases)
        {
            places.Add((database, await RowsAsync(database)));
        }

        places.Add(("redis", await RedisAsync()));
        places.Add(("webhooks", string.Join('\n', _outside.Webhooks)));
        // What is not exported yet is when the services end.
        await _platform.StopAsync();
        places.AddRange(Directory.EnumerateFiles(Path.Combine(_folder, "logs")).Select(file => (Path.GetFileName(file), File.ReadAllText(file))));
        places.AddRange(_outside.Telemetry.GroupBy(t => t.Path).Select(t => (t.Key, string.Join('\n', t.Select(e => Encoding.UTF8.GetString(e.Body))))));

        AssertHeardOf(places);
        Assert.All(_outside.Credentials, credential => Assert.Equal($"Bearer {_configured["ChatModel__ApiKey"]}", credential));
        var secrets = run.Secrets.Concat(_configured.Select(s => (s.Key, s.Value))).ToList();
        Assert.True(secrets.Select(s => s.Item1).Distinct().Count() >= 18, "The run has lost secrets.");
        var told = places.Where(p => p.Place.EndsWith(".log", StringComparison.Ordinal) || p.Place.StartsWith("/v1/", StringComparison.Ordinal));
        var leaks = Found(secrets, places).Concat(Found(run.Personal, told)).Distinct().ToList();
        Assert.True(leaks.Count == 0, string.Join('\n', leaks));
    }

    private static IEnumerable<string> Found(IEnumerable<(string Name, string Value)> wanted, IEnumerable<(string Place, string Text)> places) =>
        from secret in wanted.DistinctBy(s => s.Value)
        from place in places
        from form in Forms(secret.Value)
        let at = place.Text.IndexOf(form, StringComparison.OrdinalIgnoreCase)
        where at >= 0
        select $"{secret.Name} in {place.Place}: …{place.Text[Math.Max(0, at - 120)..Math.Min(place.Text.Length, at + form.Length)]}";

    /// <summary>Otherwise the search above would find nothing in nothing.</summary>
    private static void AssertHeardOf(List<(string Place, string Text)> places)
    {
        void Contains(string place, string text) => Assert.Contains(text, string.Concat(places.Where(p => p.Place == place).Select(p => p.Text)), StringComparison.Ordinal);
        Contains("/v1/traces", "/api/auth/signin");
        Contains("/v1/metrics", "http.server.request.duration");
        Contains("/v1/logs", "OnePlatform.");
        Contains("identity.log", "info:");
        Contains(ResourceNames.EventsDb, "entity_created");
        Contains(ResourceNames.IdentityDb, "secret-");
        Contains("webhooks", "Seen by everybody");
        Assert.Contains(places, p => p.Place == "redis" && p.Text.Length > 0);
    }

    /// <summary>As it is, and as base64, hexadecimal (bytes in PostgreSQL) and in an address.</summary>
    private static IEnumerable<string> Forms(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        yield return secret;
        yield return Convert.ToBase64String(bytes);
        yield return Convert.ToHexString(bytes);
        yield return Uri.EscapeDataString(secret);
    }

    private async Task<string> RowsAsync(string database)
    {
        var tables = (await TextAsync(database, "select quote_ident(tablename) from pg_tables where schemaname = 'public'")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var text = new StringBuilder();
        foreach (var table in tables)
        {
            text.Append(await TextAsync(database, $"select t::text from {table} t"));
        }

        return text.ToString();
    }

    private async Task<string> TextAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create($"{_platform.ConnectionString(ResourceNames.Postgres)};Database={database};Pooling=false");
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var text = new StringBuilder();
        while (await reader.ReadAsync())
        {
            text.Append(reader.GetString(0)).Append('\n');
        }

        return text.ToString();
    }

    private async Task<string> RedisAsync()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(_platform.ConnectionString(ResourceNames.Redis));
        var (database, text) = (redis.GetDatabase(), new StringBuilder());
        foreach (var key in redis.GetServers()[0].Keys(pageSize: 1000).ToList())
        {
            text.Append(key.ToString()).Append(' ').AppendJoin(' ', await ValuesAsync(database, key)).Append('\n');
        }

        return text.ToString();
    }

    private static async Task<IEnumerable<string>> ValuesAsync(IDatabase database, RedisKey key) => await database.KeyTypeAsync(key) switch
    {
        RedisType.String => [(await database.StringGetAsync(key)).ToString()],
        RedisType.Hash => (await database.HashGetAllAsync(key)).Select(e => $"{e.Name} {e.Value}"),
        RedisType.Set => (await database.SetMembersAsync(key)).Select(v => v.ToString()),
        RedisType.SortedSet => (await database.SortedSetRangeByRankAsync(key)).Select(v => v.ToString()),
        RedisType.List => (await database.ListRangeAsync(key)).Select(v => v.ToString()),
        _ => [],
    };

    private static string Planted() => $"planted-{Guid.NewGuid():N}{Guid.NewGuid():N}";
}
