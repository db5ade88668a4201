using System.Net;
using System.Net.Http.Json;
using Npgsql;
using OnePlatform.Testing;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

/// <summary>With a key ends what it has made, also what it makes at that very moment.</summary>
public sealed class RevokingApiKeys(IdentityHost identity) : IClassFixture<IdentityHost>
{
    private static readonly string[] s_scopes = ["api-keys:manage", "things:read"];

    [Theory]
    [InlineData("made")]
    [InlineData("rotated")]
    public async Task A_key_that_is_made_while_its_maker_is_revoked_ends_with_it(string how)
    {
        var (owner, _, _) = await identity.OwnerAsync();
        var maker = await ManagingApiKeys.MakeAsync(owner, new { name = "maker", scopes = s_scopes });
        using var asMaker = await identity.AsKeyAsync(maker);
        var child = await ManagingApiKeys.MakeAsync(asMaker, new { name = "child", scopes = s_scopes });
        await using var connection = new NpgsqlConnection(identity.Database.ConnectionString);
        await connection.OpenAsync();
        await using var held = await connection.BeginTransactionAsync();

        // Rows can be locked, and none can be written.
        await ExecuteAsync(connection, "lock table api_keys in share mode");
        var making = how == "made" ? MakeAsync(asMaker) : owner.PostAsJsonAsync($"/api/api-keys/{child["id"]}/rotate", new { });
        await WaitForAsync(1);
        var revoking = owner.DeleteAsync($"/api/api-keys/{maker["id"]}");
        await WaitForAsync(2);
        await held.RollbackAsync();

        using var made = await making;
        using var revoked = await revoking;
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.NoContent), (made.StatusCode, revoked.StatusCode));
        using var used = await identity.ExchangeAsync("api_key", (await JsonAsync(made))["key"]!.GetValue<string>());
        Assert.Equal("key_revoked", await CodeAsync(used));
    }

    [Theory]
    [InlineData("revoked_at", "key_revoked")]
    [InlineData("expires_at", "key_expired")]
    public async Task A_key_that_ends_while_it_asks_makes_and_changes_none(string column, string code)
    {
        var (owner, _, _) = await identity.OwnerAsync();
        var maker = await ManagingApiKeys.MakeAsync(owner, new { name = "maker", scopes = s_scopes });
        using var asMaker = await identity.AsKeyAsync(maker);
        var child = await ManagingApiKeys.MakeAsync(asMaker, new { name = "child", scopes = s_scopes });
        await using var connection = new NpgsqlConnection(identity.Database.ConnectionString);
        await connection.OpenAsync();
        await using var held = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, $"update api_keys set {column} = now() where id = '{maker["id"]}'");
        Task<HttpResponseMessage>[] asking =
        [
            MakeAsync(asMaker),
            asMaker.PatchAsJsonAsync($"/api/api-keys/{child["id"]}", new { name = "changed" }),
            asMaker.PostAsJsonAsync($"/api/api-keys/{child["id"]}/rotate", new { }),
        ];
        await Eventually.TrueAsync(async () => asking.Any(a => a.IsCompleted) || await WaitingAsync() == asking.Length);
        await held.CommitAsync();
        Assert.All(await Task.WhenAll(asking), a => Assert.Equal(HttpStatusCode.Unauthorized, a.StatusCode));
        foreach (var refused in asking)
        {
            Assert.Equal(code, await CodeAsync(await refused));
        }

        Assert.Equal(2, await identity.Database.ScalarAsync<long>("select count(*) from api_keys where group_id = $1", maker["groupId"]!.GetValue<Guid>()));
    }

    private static Task<HttpResponseMessage> MakeAsync(HttpClient client)
        => client.PostAsJsonAsync("/api/api-keys", new { name = "late", scopes = new[] { "things:read" } });

    private Task WaitForAsync(int requests) => Eventually.TrueAsync(async () => await WaitingAsync() == requests);

    // The note of last uses may wait as well.
    private Task<long> WaitingAsync() => identity.Database.ScalarAsync<long>(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%api_keys%' and query not like 'update %'");

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
