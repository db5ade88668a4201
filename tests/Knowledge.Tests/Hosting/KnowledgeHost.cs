using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Knowledge.Data;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Hosting;

/// <summary>The service on a database of its own, and tenants to act as.</summary>
public sealed class KnowledgeHost : IAsyncLifetime
{
    private ServiceHost<KnowledgeDb>? _host;

    public TestDatabase Database { get; private set; } = null!;

    public TestTokens Tokens { get; private set; } = null!;

    /// <summary>Of the instance that is there from the beginning.</summary>
    public (string Name, string Value)[] Settings { get; init; } = [];

    public IServiceProvider Services => _host!.Services;

    public async Task InitializeAsync()
    {
        Tokens = await TestTokens.StartAsync();
        Database = await TestDatabase.CreateAsync("knowledge_template", async owner =>
        {
            await using var host = HostOn(owner, ServiceHost<KnowledgeDb>.NoBroker, []);
            host.CreateClient().Dispose();
        });
        _host = StartAnother(settings: Settings);
    }

    public async Task DisposeAsync()
    {
        await _host!.DisposeAsync();
        await Tokens.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>One more instance of the service on the same database.</summary>
    internal ServiceHost<KnowledgeDb> StartAnother(string broker = ServiceHost<KnowledgeDb>.NoBroker, params (string Name, string Value)[] settings)
    {
        var host = HostOn(Database.ConnectionString, broker, settings);
        host.CreateClient().Dispose();
        return host;
    }

    /// <summary>One more instance, on a socket, for clients that are programs of their own.</summary>
    internal ServiceHost<KnowledgeDb> Serve(params (string Name, string Value)[] settings)
    {
        var host = HostOn(Database.ConnectionString, ServiceHost<KnowledgeDb>.NoBroker, settings);
        host.Listen();
        return host;
    }

    public HttpClient As(Guid person, Guid? group, Role role = Role.GroupOwner) => _host!.ClientWith(Tokens.ForPerson(person, group, role));

    public HttpClient AsKey(Guid group, string scopes) => _host!.ClientWith(Tokens.ForKey(Guid.NewGuid(), group, scopes));

    /// <summary>A new group and its owner.</summary>
    public Tenant NewTenant()
    {
        var (group, person) = (Guid.NewGuid(), Guid.NewGuid());
        return new Tenant(group, person, As(person, group));
    }

    /// <summary>Stands in for the event that tells of a group.</summary>
    /// <param name="path">From the root to the group itself.</param>
    /// <param name="limits">JSON.</param>
    public Task AddGroupAsync(Guid[] path, string limits = "{}") => Database.ScalarAsync<int>(
        """
        insert into group_tree (id, parent_id, path, path_key, slug, name, status, plan, allow_parent_access, security, limits, cors_origins, version)
        values ($1, $2, $3, $4, $4, 'Group', 'active', 'starter', true, '{}', $5::jsonb, '{}', 1)
        """, path[^1], path.Length > 1 ? path[^2] : DBNull.Value, path, string.Join('/', path.Select(g => $"{g:N}")), limits);

    /// <summary>Lines of the event log that wait to be published.</summary>
    public Task<long> EventsAsync(Guid group, string type) => Database.ScalarAsync<long>(
        """
        select count(*) from outbox o cross join jsonb_array_elements(o.body::jsonb -> 'log') l where l ->> 'groupId' = $1 and l ->> 'type' = $2
        """, group.ToString(), type);

    /// <summary>Figures of usage that wait to be published, in their order.</summary>
    public async Task<List<(string Metric, Guid? Key, long Amount)>> UsageAsync(Guid group)
    {
        var lines = await Database.ScalarAsync<string>(
            """
            select coalesce(jsonb_agg(l order by o.sequence), '[]')::text from outbox o cross join jsonb_array_elements(o.body::jsonb -> 'lines') l
            where o.type like '%UsageMeasured%' and l ->> 'groupId' = $1
            """, group.ToString());
        return [.. JsonNode.Parse(lines!)!.AsArray().Select(l => ((string)l!["metric"]!, (Guid?)l["keyId"], (long)l["amount"]!))];
    }

    private ServiceHost<KnowledgeDb> HostOn(string connectionString, string broker, (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["ConnectionStrings:knowledgedb"] = connectionString,
            ["ConnectionStrings:rabbitmq"] = broker,
            ["services:identity:http:0"] = Tokens.Address,
            ["Database:MigrateOnStart"] = "true",
            // Most of these tests have no broker; jobs are then found by looking.
            ["Ingestion:PollInterval"] = "00:00:00.05",
            ["Ingestion:Patience"] = "00:00:00.02",
            ["Querying:CursorKey"] = "a-key-for-tests-that-is-long-enough",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return new ServiceHost<KnowledgeDb>(all);
    }
}

public sealed record Tenant(Guid Group, Guid Person, HttpClient Client)
{
    /// <summary>Adds a document and answers when it is indexed.</summary>
    public async Task<Guid> DocumentAsync(string title, string text, params string[] labels)
    {
        var accepted = await Client.PostAsync("/api/knowledge/documents", new { title, text, format = "markdown", labels }, 202);
        await Client.FinishedAsync(accepted);
        return accepted.Id("documentId");
    }

    public async Task<Guid> ChunkAsync(string text) => (await Client.PostAsync("/api/knowledge", new { type = "chunk", text }, 201)).Id();

    public Task<JsonObject> SearchAsync(object request) => Client.PostAsync("/api/knowledge/search", request, 200);
}

internal static class Answers
{
    /// <summary>Where an instance listens that was made to serve on a socket.</summary>
    public static string Address(this ServiceHost<KnowledgeDb> served)
        => served.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public static async Task<JsonObject> PostAsync(this HttpClient client, string path, object body, int status)
    {
        using var answer = await client.PostAsJsonAsync(path, body);
        return await answer.ReadAsync(status);
    }

    public static async Task<JsonObject> GetAsync(this HttpClient client, string path, int status)
    {
        using var answer = await client.GetAsync(path);
        return await answer.ReadAsync(status);
    }

    public static async Task<JsonObject> ReadAsync(this HttpResponseMessage answer, int status)
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{answer.StatusCode}: {body}");
        return body.Length == 0 ? [] : JsonNode.Parse(body)!.AsObject();
    }

    public static async Task<JsonObject> FinishedAsync(this HttpClient client, JsonObject accepted)
        => await Eventually.NotNullAsync(async () =>
        {
            var job = await client.GetAsync($"/api/knowledge/jobs/{accepted.Id("jobId")}", 200);
            return (string?)job["state"] is "completed" or "failed" ? job : null;
        });

    public static Guid Id(this JsonNode json, string member = "id") => Guid.Parse((string)json[member]!);

    public static List<JsonObject> Results(this JsonObject page) => [.. page["results"]!.AsArray().Select(r => r!.AsObject())];
}
