using System.Net;
using System.Net.Http.Json;
using Npgsql;
using OnePlatform.Testing;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

/// <summary>A new password ends every session: also of an attempt that began before it and ends after.</summary>
[Trait("Proof", "P4")]
public sealed class ChangingMeanwhile(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Theory]
    [InlineData("password")]
    [InlineData("magic link")]
    [InlineData("second factor")]
    [InlineData("code of a client")]
    public async Task An_attempt_that_began_before_the_account_changed_ends_in_no_session(string path)
    {
        var email = NewEmail();
        var (user, attempt) = await PrepareAsync(path, email);
        await using var connection = new NpgsqlConnection(identity.Database.ConnectionString);
        await connection.OpenAsync();
        await using var change = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "update users set version = version + 1 where id = $1", user);
        var running = attempt();

        // It has read the account as it was, and waits at its end for the change.
        await WaitingAsync(1, running);
        var before = await SessionsAsync(user);
        await change.CommitAsync();
        using var response = await running;
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.False(response.Headers.Contains("Set-Cookie"));
        Assert.Equal(before, await SessionsAsync(user));
    }

    [Fact]
    public async Task An_attempt_that_ends_while_the_account_changes_leaves_no_session()
    {
        var email = NewEmail();
        var (user, signIn) = await PrepareAsync("password", email);
        using var asked = await identity.Anonymous.PostAsJsonAsync("/api/auth/forgot-password", new { email });
        var token = (await identity.MailAsync(email, "new password")).Token;
        await using var connection = new NpgsqlConnection(identity.Database.ConnectionString);
        await connection.OpenAsync();
        await using var sessions = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "lock table sessions in access exclusive mode");

        // Both come to the sessions at the same time: one to end what there is, the other to begin one.
        var reset = identity.Anonymous.PostAsJsonAsync("/api/auth/reset-password", new { token, password = "pear-Stairs-31-brook" });
        await WaitingAsync(1, reset);
        var attempt = signIn();
        await WaitingAsync(2, attempt);
        await sessions.CommitAsync();
        using var changed = await reset;
        using var response = await attempt;

        Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal(0, await identity.Database.ScalarAsync<long>("select count(*) from sessions where user_id = $1 and revoked_at is null", user));
    }

    [Fact]
    public async Task Of_many_wrong_codes_at_once_no_more_than_the_limit_are_looked_at()
    {
        var app = await identity.EnrolAsync();
        var challenge = (await JsonAsync(await identity.SignInAsync(app.Email)))["challenge"]!.GetValue<string>();
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(
            _ => identity.Anonymous.PostAsJsonAsync("/api/auth/2fa/verify", new { challenge, code = app.WrongCode() })));
        Assert.Equal(5, answers.Count(a => a.StatusCode == HttpStatusCode.Unauthorized));
        Assert.Equal(35, answers.Count(a => a.StatusCode == HttpStatusCode.TooManyRequests));
        Assert.Equal(5, await identity.Database.ScalarAsync<long>(
            "select count(*) from outbox where body like '%user_login_failed%' and body like '%invalid_code%' and body like '%' || $1 || '%'", app.Email));
    }

    [Fact]
    public async Task Right_passwords_do_not_count()
    {
        var app = await identity.EnrolAsync();
        for (var i = 0; i < 8; i++)
        {
            using var renewed = await app.Client.PostAsJsonAsync("/api/auth/2fa/recovery-codes", new { password = Password });
            Assert.Equal(HttpStatusCode.OK, renewed.StatusCode);
        }
    }

    private async Task WaitingAsync(int count, Task running)
    {
        await Eventually.TrueAsync(async () => await identity.Database.ScalarAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") >= count || running.IsCompleted);
        Assert.False(running.IsCompleted);
    }

    private Task<long> SessionsAsync(Guid user) => identity.Database.ScalarAsync<long>("select count(*) from sessions where user_id = $1", user);

    private async Task<(Guid User, Func<Task<HttpResponseMessage>> Attempt)> PrepareAsync(string path, string email)
    {
        if (path == "code of a client")
        {
            var client = await OidcClient.RegisterAsync(identity);
            var (browser, signedUp) = await OidcClient.PersonAsync(identity, email);
            var code = await client.CodeAsync(browser);
            return (signedUp["user"]!["id"]!.GetValue<Guid>(), () => client.RedeemAsync(code));
        }

        var user = (await identity.SignUpAsync(email))["user"]!["id"]!.GetValue<Guid>();
        await identity.Database.ScalarAsync<int>("update users set email_verified = true where id = $1", user);
        switch (path)
        {
            case "magic link":
                using (await identity.Anonymous.PostAsJsonAsync("/api/auth/magic-link", new { email }))
                {
                    var token = (await identity.MailAsync(email, "sign-in link")).Token;
                    return (user, () => identity.Anonymous.PostAsJsonAsync("/api/auth/magic-link/verify", new { token }));
                }

            case "second factor":
                var app = await identity.EnrolAsync(email);
                var challenge = (await JsonAsync(await identity.SignInAsync(email)))["challenge"]!.GetValue<string>();
                return (user, () => identity.Anonymous.PostAsJsonAsync("/api/auth/2fa/verify", new { challenge, code = app.NextCode() }));
            default:
                return (user, () => identity.SignInAsync(email));
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, params Guid[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        await command.ExecuteNonQueryAsync();
    }
}
