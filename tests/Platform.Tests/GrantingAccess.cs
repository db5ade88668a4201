using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Npgsql;

namespace OnePlatform.Platform.Tests;

/// <summary><c>docs/reference/access.md</c> is the table of rights; each of its cells is tried through the gateway.</summary>
[Collection(RunningPlatform.Name)]
[Trait("Proof", "P1")]
public sealed partial class GrantingAccess(PlatformFixture platform)
{
    private const int AtOnce = 4;

    private static readonly string[] s_scopes =
    [
        .. from resource in new[] { "groups", "people", "things", "connections", "events", "knowledge" }
           from verb in new[] { "read", "write", "delete", "*" }
           select $"{resource}:{verb}",
        "ai:generate", "ai:embed", "api-keys:manage", "webhooks:manage", "usage:read", "*",
    ];

    [Fact]
    public async Task The_committed_table_is_what_the_endpoints_state()
    {
        var page = AccessLine.Page(await LinesAsync());
        var file = Path.Combine(Repository.Root, "docs", "reference", "access.md");
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(file, page);
        }

        Assert.Equal(await File.ReadAllTextAsync(file), page);
    }

    [Fact]
    public async Task A_key_with_one_scope_gets_where_the_table_says_and_nowhere_else()
    {
        var tenant = await platform.NewTenantAsync("scopes");
        using var person = Signed(tenant.AccessToken);
        var keys = new Dictionary<string, string>();
        foreach (var scope in s_scopes)
        {
            var made = await person.SendAsync(
                HttpMethod.Post, "/api/api-keys", new { name = scope, scopes = new[] { scope }, rateLimit = new { requests = 600_000, burst = 60_000 } });
            keys[scope] = made["key"]!.GetValue<string>();
        }

        var lines = (await LinesAsync()).Where(line => !line.IsPublic).ToList();
        var wrong = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (key, _) =>
        {
            using var client = platform.WithKey(key.Value);
            foreach (var line in lines)
            {
                var code = await RefusalAsync(client, line);
                if (line.AllowsScope(key.Key) == (code == "insufficient_scope"))
                {
                    wrong.Add($"{key.Key}: {line.Method} {line.Path} → {code}");
                }
            }
        });
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task A_person_gets_where_the_table_says_for_their_role_and_nowhere_else()
    {
        var tenant = await platform.NewTenantAsync("roles");
        var tokens = new Dictionary<string, string>
        {
            ["customer"] = await JoinAsync(tenant, "customer"),
            ["group_user"] = await JoinAsync(tenant, "group_user"),
            ["group_owner"] = tenant.AccessToken,
        };
        // Whoever ends the session this test stands on learns nothing more; those routes ask for no role.
        var lines = (await LinesAsync()).Where(line => !line.IsPublic && line.Role != "none").ToList();
        var wrong = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(tokens, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (token, _) =>
        {
            using var client = Signed(token.Value);
            client.DefaultRequestHeaders.Add("X-Group-Id", tenant.GroupId.ToString());
            foreach (var line in lines)
            {
                var code = await RefusalAsync(client, line);
                if (line.AllowsRole(token.Key) == (code == "insufficient_role"))
                {
                    wrong.Add($"{token.Key}: {line.Method} {line.Path} → {code}");
                }
            }
        });
        Assert.Empty(wrong);
    }

    private async Task<IReadOnlyList<AccessLine>> LinesAsync()
    {
        using var client = platform.Anonymous();
        return AccessLine.AllOf(await client.SendAsync(HttpMethod.Get, "/openapi/v1.json"));
    }

    /// <returns>An access token of somebody new, who has the role in the group.</returns>
    private async Task<string> JoinAsync(Tenant tenant, string role)
    {
        using var anonymous = platform.Anonymous();
        var session = await anonymous.SendAsync(
            HttpMethod.Post, "/api/auth/signup", new { email = $"{role}-{Guid.NewGuid():N}@example.com", password = "plum-Ladder-97-river", name = role });
        // As the event of an accepted invitation would have it.
        await using var database = new NpgsqlConnection(platform.Platform.ConnectionString("identitydb"));
        await database.OpenAsync();
        await using var batch = new NpgsqlBatch(database)
        {
            BatchCommands =
            {
                new("select set_config('app.system', 'on', false)"),
                new("insert into memberships (group_id, person_id, role, permissions, active, version) values ($1, $2, $3, '{}', true, 1)")
                {
                    Parameters = { new() { Value = tenant.GroupId }, new() { Value = session["user"]!["id"]!.GetValue<Guid>() }, new() { Value = role } },
                },
            },
        };
        await batch.ExecuteNonQueryAsync();
        return session["accessToken"]!.GetValue<string>();
    }

    /// <returns>The code of the problem, or the status of anything else.</returns>
    private static async Task<string> RefusalAsync(HttpClient client, AccessLine line)
    {
        using var request = new HttpRequestMessage(new HttpMethod(line.Method), Parameter().Replace(line.Path, _ => Guid.CreateVersion7().ToString()));
        if (line.Method is "POST" or "PUT" or "PATCH")
        {
            request.Content = new StringContent("{}", Encoding.UTF8, line.Media);
        }

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        }

        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        var code = problem["code"]!.GetValue<string>();
        // Whether the row itself asks for a higher role than its route is not this table's matter.
        return code != "insufficient_role" || problem["detail"]!.GetValue<string>() == $"This needs the role '{line.Role}' in the acting group."
            ? code
            : "insufficient_role_for_this_row";
    }

    private HttpClient Signed(string token)
    {
        var client = platform.Anonymous();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
