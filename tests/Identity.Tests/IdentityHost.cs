using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Identity.Data;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Identity.Tests;

/// <summary>Identity with a database of its own. The other services are away unless a test lets them speak.</summary>
public sealed class IdentityHost : IAsyncLifetime, IAsyncDisposable
{
    public const string Password = "plum-Ladder-97-river";

    private ServiceHost<IdentityDb>? _host;

    public string MailFolder { get; } = Directory.CreateTempSubdirectory("identity-mails").FullName;

    public TestDatabase Database { get; private set; } = null!;

    internal ServiceHost<IdentityDb> Host => _host!;

    public HttpClient Anonymous => Host.CreateClient();

    public async Task InitializeAsync()
    {
        await CreateDatabaseAsync();
        _host = StartAnother();
    }

    /// <summary>Without a first instance.</summary>
    public async Task CreateDatabaseAsync()
    {
        Database = await TestDatabase.CreateAsync("identity", async owner =>
        {
            await using var migrating = new ServiceHost<IdentityDb>(Settings(owner, MailFolder));
            await migrating.Services.GetRequiredService<Migrator<IdentityDb>>().MigrateAsync(CancellationToken.None);
        });
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await Database.DisposeAsync();
        Directory.Delete(MailFolder, recursive: true);
    }

    /// <summary>Another instance on the same database, set up otherwise.</summary>
    internal ServiceHost<IdentityDb> StartAnother(params (string Key, string Value)[] settings)
    {
        var all = Settings(Database.ConnectionString, MailFolder);
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return new ServiceHost<IdentityDb>(all);
    }

    internal static Dictionary<string, string?> Settings(string database, string mailFolder) => new()
    {
        ["ConnectionStrings:identitydb"] = database,
        ["ConnectionStrings:redis"] = "127.0.0.1:9,connectTimeout=100,connectRetry=1",
        ["ConnectionStrings:rabbitmq"] = ServiceHost<IdentityDb>.NoBroker,
        ["Identity:BcryptCost"] = "4",
        ["Identity:GroupWait"] = "00:00:00",
        ["Identity:Attempts:MailPerAddress:Limit"] = "10000",
        ["Identity:Attempts:ProofPerAddress:Limit"] = "10000",
        ["Mail:Folder"] = mailFolder,
    };

    public static string NewEmail() => $"{Guid.NewGuid():N}@example.com";

    /// <summary>Signs up; the answer is the body of the sign-up.</summary>
    public async Task<JsonObject> SignUpAsync(string? email = null)
    {
        using var response = await Anonymous.PostAsJsonAsync("/api/auth/signup", new { email = email ?? NewEmail(), password = Password, name = "Ada" });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    public Task<HttpResponseMessage> SignInAsync(string email, string password = Password)
        => Anonymous.PostAsJsonAsync("/api/auth/signin", new { email, password });

    /// <summary>A person who owns a new group and acts in it.</summary>
    public async Task<(HttpClient Client, Guid Person, Guid Group)> OwnerAsync(Guid? parent = null)
    {
        var email = NewEmail();
        var user = (await SignUpAsync(email))["user"]!["id"]!.GetValue<Guid>();
        var group = await AddGroupAsync(parent is { } above ? [above] : []);
        await AddMembershipAsync(group, user, "group_owner");
        using var response = await SignInAsync(email);
        var token = (await response.Content.ReadFromJsonAsync<JsonObject>())!["accessToken"]!.GetValue<string>();
        return (Host.ClientWith(token), user, group);
    }

    /// <summary>Stands in for the event that tells of a group.</summary>
    public async Task<Guid> AddGroupAsync(IReadOnlyList<Guid> ancestors, string status = "active", bool requireTwoFactor = false)
    {
        var id = Guid.CreateVersion7();
        Guid[] path = [.. ancestors, id];
        await Database.ScalarAsync<int>(
            """
            insert into group_tree (id, parent_id, path, path_key, slug, name, status, plan, allow_parent_access, security, limits, cors_origins, version)
            values ($1, $2, $3, $4, $5, 'Group', $6, 'starter', true, $7::jsonb, '{"RequestsPerMinute":600,"Burst":60}', '{https://app.example.com}', 1)
            """,
            id,
            ancestors.Count > 0 ? ancestors[^1] : DBNull.Value,
            path,
            string.Join('/', path.Select(p => p.ToString("N"))),
            $"g-{id:N}",
            status,
            $$"""{"RequireTwoFactor":{{(requireTwoFactor ? "true" : "false")}},"RequireVerifiedEmail":false}""");
        return id;
    }

    /// <summary>Stands in for the event that tells of a membership.</summary>
    public Task AddMembershipAsync(Guid group, Guid person, string role) => Database.ScalarAsync<int>(
        "insert into memberships (group_id, person_id, role, permissions, active, version) values ($1, $2, $3, '{}', true, 1)", group, person, role);

    public Task<HttpResponseMessage> ExchangeAsync(string kind, string credential, Guid? groupId = null, string? clientIp = null)
        => Anonymous.PostAsJsonAsync("/internal/token-exchange", new { kind, credential, groupId, clientIp });

    public static async Task<JsonObject> JsonAsync(HttpResponseMessage response)
        => (await response.Content.ReadFromJsonAsync<JsonObject>())!;

    public static async Task<string> CodeAsync(HttpResponseMessage response) => (await JsonAsync(response))["code"]!.GetValue<string>();
}
