using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

[Trait("Proof", "P4")]
public sealed class UsingASecondFactor(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task Setting_up_shows_a_picture_and_ten_codes_and_the_other_sessions_end()
    {
        var email = NewEmail();
        var other = await identity.SignUpAsync(email);
        var app = await identity.EnrolAsync(email);
        Assert.StartsWith("otpauth://totp/", app.Setup["otpauthUri"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.StartsWith("<svg", app.Setup["qrSvg"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(10, app.RecoveryCodes.Distinct().Count());
        using var old = identity.Host.ClientWith(other["accessToken"]!.GetValue<string>());
        using var over = await old.GetAsync("/api/auth/session");
        Assert.Equal(HttpStatusCode.Unauthorized, over.StatusCode);
        Assert.Equal(2, (await app.Client.GetFromJsonAsync<JsonObject>("/api/auth/session"))!["assuranceLevel"]!.GetValue<int>());
        using var again = await app.Client.PostAsJsonAsync("/api/auth/2fa/enable", new { password = Password });
        Assert.Equal("second_factor_enabled", await CodeAsync(again));
    }

    [Fact]
    public async Task A_sign_in_gets_a_challenge_and_a_session_only_for_a_code()
    {
        var app = await identity.EnrolAsync();
        var challenge = await ChallengeAsync(app.Email);
        using var wrong = await PostAsync("2fa/verify", new { challenge, code = app.WrongCode() });
        Assert.Equal("invalid_code", await CodeAsync(wrong));
        using var good = await PostAsync("2fa/verify", new { challenge, code = app.NextCode() });
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        using var client = identity.Host.ClientWith((await JsonAsync(good))["accessToken"]!.GetValue<string>());
        Assert.Equal(2, (await client.GetFromJsonAsync<JsonObject>("/api/auth/session"))!["assuranceLevel"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_code_is_good_once_even_for_two_challenges_at_once()
    {
        var app = await identity.EnrolAsync();
        var challenges = new[] { await ChallengeAsync(app.Email), await ChallengeAsync(app.Email), await ChallengeAsync(app.Email) };
        var code = app.NextCode();
        var answers = await Task.WhenAll(challenges.Select(challenge => PostAsync("2fa/verify", new { challenge, code })));
        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
    }

    [Fact]
    public async Task A_recovery_code_replaces_the_app_once()
    {
        var app = await identity.EnrolAsync();
        var code = app.RecoveryCodes[0].ToUpperInvariant();
        using var good = await PostAsync("2fa/recover", new { challenge = await ChallengeAsync(app.Email), recoveryCode = code });
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        using var again = await PostAsync("2fa/recover", new { challenge = await ChallengeAsync(app.Email), recoveryCode = code });
        Assert.Equal("invalid_code", await CodeAsync(again));
        using var renewed = await app.Client.PostAsJsonAsync("/api/auth/2fa/recovery-codes", new { password = Password });
        Assert.Equal(10, (await JsonAsync(renewed))["recoveryCodes"]!.AsArray().Count);
        using var old = await PostAsync("2fa/recover", new { challenge = await ChallengeAsync(app.Email), recoveryCode = app.RecoveryCodes[1] });
        Assert.Equal("invalid_code", await CodeAsync(old));
    }

    [Fact]
    public async Task After_five_wrong_codes_right_ones_wait_too()
    {
        var app = await identity.EnrolAsync();
        var challenge = await ChallengeAsync(app.Email);
        for (var i = 0; i < 5; i++)
        {
            using var wrong = await PostAsync("2fa/verify", new { challenge, code = app.WrongCode() });
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var late = await PostAsync("2fa/verify", new { challenge, code = app.NextCode() });
        Assert.Equal(HttpStatusCode.TooManyRequests, late.StatusCode);
    }

    [Fact]
    public async Task Taking_it_away_needs_the_password_and_then_one_factor_is_enough()
    {
        var app = await identity.EnrolAsync();
        using var wrong = await app.Client.PostAsJsonAsync("/api/auth/2fa/disable", new { password = "not-the-password" });
        Assert.Equal("invalid_password", await CodeAsync(wrong));
        using var disabled = await app.Client.PostAsJsonAsync("/api/auth/2fa/disable", new { password = Password });
        Assert.Equal(HttpStatusCode.NoContent, disabled.StatusCode);
        using var twice = await app.Client.PostAsJsonAsync("/api/auth/2fa/disable", new { password = Password });
        Assert.Equal("second_factor_disabled", await CodeAsync(twice));
        using var signIn = await identity.SignInAsync(app.Email);
        Assert.NotNull((await JsonAsync(signIn))["accessToken"]);
    }

    [Fact]
    public async Task A_finished_or_made_up_challenge_is_refused()
    {
        var app = await identity.EnrolAsync();
        var challenge = await ChallengeAsync(app.Email);
        using var good = await PostAsync("2fa/verify", new { challenge, code = app.NextCode() });
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        using var again = await PostAsync("2fa/recover", new { challenge, recoveryCode = app.RecoveryCodes[0] });
        Assert.Equal("invalid_challenge", await CodeAsync(again));
        using var madeUp = await PostAsync("2fa/verify", new { challenge = "made-up", code = "123456" });
        Assert.Equal("invalid_challenge", await CodeAsync(madeUp));
        using var without = await PostAsync("2fa/verify", new { code = "123456" });
        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
    }

    [Fact]
    public async Task Of_changes_at_once_each_is_whole_and_codes_that_were_shown_are_good()
    {
        var app = await identity.EnrolAsync();
        var renewals = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => app.Client.PostAsJsonAsync("/api/auth/2fa/recovery-codes", new { password = Password })));
        var shown = renewals.Where(r => r.StatusCode == HttpStatusCode.OK).ToList();
        Assert.NotEmpty(shown);
        Assert.All(renewals.Except(shown), r => Assert.Equal(HttpStatusCode.Conflict, r.StatusCode));
        Assert.Equal(10, await identity.Database.ScalarAsync<long>("select count(*) from recovery_codes where user_id = (select id from users where email = $1)", app.Email));

        var ends = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => app.Client.PostAsJsonAsync("/api/auth/2fa/disable", new { password = Password })));
        Assert.Single(ends, e => e.StatusCode == HttpStatusCode.NoContent);
        Assert.All(ends.Where(e => !e.IsSuccessStatusCode), e => Assert.Equal(HttpStatusCode.Conflict, e.StatusCode));
        Assert.Equal(0, await identity.Database.ScalarAsync<long>(
            "select (select count(*) from recovery_codes c where c.user_id = u.id) + (select count(*) from second_factors f where f.user_id = u.id) from users u where email = $1", app.Email));
    }

    private async Task<string> ChallengeAsync(string email)
    {
        using var response = await identity.SignInAsync(email);
        var answer = await JsonAsync(response);
        Assert.True(answer["twoFactorRequired"]!.GetValue<bool>());
        Assert.Null(answer["accessToken"]);
        Assert.False(response.Headers.Contains("Set-Cookie"));
        return answer["challenge"]!.GetValue<string>();
    }

    private Task<HttpResponseMessage> PostAsync(string route, object body) => identity.Anonymous.PostAsJsonAsync($"/api/auth/{route}", body);
}
