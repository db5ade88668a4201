using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePlatform.Ontology.Data;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;

namespace OnePlatform.Ontology.Tests;

/// <summary>The service on a database of its own, and tenants to act as.</summary>
public sealed class OntologyHost : IAsyncLifetime
{
    private TestDatabase? _database;
    private TestTokens? _tokens;
    private ServiceHost<OntologyDb>? _host;

    public TestDatabase Database => _database!;

    public TestTokens Tokens => _tokens!;

    public IServiceProvider Services => _host!.Services;

    public async Task InitializeAsync()
    {
        _tokens = await TestTokens.StartAsync();
        _database = await TestDatabase.CreateAsync("ontology_template", async owner =>
        {
            await using var host = HostOn(owner, migrate: true);
            host.CreateClient().Dispose();
        });
        _host = HostOn(_database.ConnectionString, migrate: true);
        _host.CreateClient().Dispose();
    }

    public async Task DisposeAsync()
    {
        await _host!.DisposeAsync();
        await _tokens!.DisposeAsync();
        await _database!.DisposeAsync();
    }

    public HttpClient As(Guid person, Guid? group, Role role = Role.GroupOwner) => _host!.ClientWith(_tokens!.ForPerson(person, group, role));

    public HttpClient AsKey(Guid key, Guid group, string scopes) => _host!.ClientWith(_tokens!.ForKey(key, group, scopes));

    public HttpClient Anonymous() => _host!.CreateClient();

    /// <summary>Another instance of the service on the same database, with other settings.</summary>
    internal ServiceHost<OntologyDb> InstanceWith(params (string Key, string? Value)[] settings)
        => HostOn(_database!.ConnectionString, migrate: false, settings);

    /// <summary>A new person, in a new top-level group of theirs.</summary>
    public async Task<Tenant> TenantAsync(string type = "business")
    {
        var person = Guid.NewGuid();
        using var client = As(person, group: null, Role.None);
        using var answer = await client.PostAsJsonAsync("/api/groups", new { slug = $"t-{Guid.NewGuid():N}"[..20], name = "Tenant", type });
        var group = await answer.OkAsync();
        var id = Guid.Parse((string)group["id"]!);
        return new Tenant(id, person, As(person, id));
    }

    /// <summary>Somebody who has signed up, as Identity told of them.</summary>
    public async Task<(Guid Id, string Email)> UserAsync(string name = "Ada")
    {
        var (id, email) = (Guid.NewGuid(), $"{Guid.NewGuid():N}@example.org");
        await Database.ScalarAsync<int>(
            "insert into users (id, name, email, email_verified, deleted, version) values ($1, $2, $3, true, false, 1) returning 1", id, name, email);
        return (id, email);
    }

    /// <summary>A new person with a place in the group, invited by its owner.</summary>
    public async Task<Guid> MemberAsync(Tenant tenant, string role)
    {
        var (id, email) = await UserAsync();
        using var invited = await tenant.Client.PostAsJsonAsync("/api/people", new { email, role });
        var token = (string)(await invited.OkAsync())["inviteToken"]!;
        using var client = As(id, group: null, Role.None);
        using var accepted = await client.PostAsync($"/api/people/invitations/{token}/accept", content: null);
        await accepted.OkAsync();
        return id;
    }

    private ServiceHost<OntologyDb> HostOn(string connectionString, bool migrate, params (string Key, string? Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["ConnectionStrings:ontologydb"] = connectionString,
            ["ConnectionStrings:rabbitmq"] = ServiceHost<OntologyDb>.NoBroker,
            ["services:identity:http:0"] = _tokens!.Address,
            ["services:events:http:0"] = "http://127.0.0.1:9",
            ["Database:MigrateOnStart"] = migrate ? "true" : "false",
            ["Querying:CursorKey"] = "a-key-for-tests-that-is-long-enough",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return new ServiceHost<OntologyDb>(all);
    }
}

public sealed record Tenant(Guid Group, Guid Person, HttpClient Client)
{
    public async Task<JsonObject> ThingAsync(string name, string type = "note", object? properties = null, string? externalId = null)
    {
        using var answer = await Client.PostAsJsonAsync("/api/things", new { type, name, properties = properties ?? new { }, externalId });
        return await answer.OkAsync();
    }
}

internal static class Answers
{
    public static async Task<JsonObject> OkAsync(this HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {body}");
        return JsonNode.Parse(body)!.AsObject();
    }

    public static async Task<JsonObject> ProblemAsync(this HttpResponseMessage answer, int status, string code)
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{answer.StatusCode}: {body}");
        var problem = JsonNode.Parse(body)!.AsObject();
        Assert.Equal(code, (string?)problem["code"]);
        return problem;
    }

    public static Guid Id(this JsonObject json) => Guid.Parse((string)json["id"]!);
}
