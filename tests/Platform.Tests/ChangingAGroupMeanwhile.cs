using System.Net;
using Npgsql;
using OnePlatform.AppHost;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests;

/// <summary>News of a group reaches the gateway and Identity on ways of their own; whichever is first, what is in force is the group's last word.</summary>
[Collection(RunningPlatform.Name)]
public sealed class ChangingAGroupMeanwhile(PlatformFixture platform)
{
    private const string Origin = "https://meanwhile.example.com";

    // Well under the five minutes for which a gateway may use what Identity answered.
    private static readonly TimeSpan s_soon = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task What_the_gateway_asked_before_identity_had_heard_does_not_stay()
    {
        var tenant = await platform.NewTenantAsync("meanwhile");
        using var client = platform.WithKey(tenant.Key);
        var limits = await PolicyAsync(client);
        await using var held = await HoldAsync(tenant.GroupId);

        using var person = platform.Anonymous();
        person.DefaultRequestHeaders.Authorization = new("Bearer", tenant.AccessToken);
        await platform.LimitAsync(tenant.GroupId, new { requestsPerMinute = 500_000, burst = 60_000, apiCallsPerMonth = 100_000_000 });
        await person.SendAsync(HttpMethod.Patch, $"/api/groups/{tenant.GroupId}", new { settings = new { corsOrigins = new[] { Origin } } });
        await Eventually.TrueAsync(HasHeardAsync);
        Assert.Equal(limits, await PolicyAsync(client));

        await using var release = new NpgsqlCommand("commit", held);
        await release.ExecuteNonQueryAsync();
        await Eventually.TrueAsync(async () => (await PolicyAsync(client)).Contains("\"group\";q=500000;", StringComparison.Ordinal), s_soon);
    }

    private static async Task<string> PolicyAsync(HttpClient client)
    {
        using var response = await client.GetAsync(new Uri("/api/things?limit=1", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response.Headers.GetValues("RateLimit-Policy").Single();
    }

    /// <summary>Identity cannot write what it hears of the group until the transaction of this connection ends.</summary>
    private async Task<NpgsqlConnection> HoldAsync(Guid group)
    {
        var database = new NpgsqlConnection($"{platform.Platform.ConnectionString(ResourceNames.IdentityDb)};Pooling=false");
        await database.OpenAsync();
        await using var batch = new NpgsqlBatch(database)
        {
            BatchCommands =
            {
                new("begin"),
                new("select set_config('app.system', 'on', true)"),
                new("select version from group_tree where id = $1 for update") { Parameters = { new() { Value = group } } },
            },
        };
        await batch.ExecuteNonQueryAsync();
        return database;
    }

    /// <summary>A preflight is answered by the gateway alone, from the same news that ends what it knew of the group.</summary>
    private async Task<bool> HasHeardAsync()
    {
        using var anybody = platform.Anonymous();
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/api/things");
        preflight.Headers.Add("Origin", Origin);
        preflight.Headers.Add("Access-Control-Request-Method", "GET");
        using var response = await anybody.SendAsync(preflight);
        return response.Headers.Contains("Access-Control-Allow-Origin");
    }
}
