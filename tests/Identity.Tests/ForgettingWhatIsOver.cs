using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Identity.Data;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

public sealed class ForgettingWhatIsOver(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task Sessions_and_tokens_long_over_go_and_all_others_stay()
    {
        var (gone, stays) = (NewEmail(), NewEmail());
        foreach (var email in new[] { gone, stays })
        {
            await identity.SignUpAsync(email);
            using var asked = await identity.Anonymous.PostAsJsonAsync("/api/auth/magic-link", new { email });
            await identity.MailAsync(email, "sign-in link");
            using var signedIn = await identity.SignInAsync(email);
        }

        await AgeAsync("update one_time_tokens set expires_at = now() - interval '15 days' where user_id = (select id from users where email = $1)", gone);
        await AgeAsync("update sessions set revoked_at = now() - interval '31 days' where user_id = (select id from users where email = $1)", gone);
        await AgeAsync(
            "update refresh_tokens set expires_at = now() - interval '15 days' where hash = (select t.hash from refresh_tokens t join sessions s on s.id = t.session_id join users u on u.id = s.user_id where u.email = $1 limit 1)",
            stays);
        await identity.Host.Services.GetRequiredService<ForgetWhatIsOver>().RoundAsync(CancellationToken.None);
        Assert.Equal((0, 0, 0), await KeptAsync(gone));
        Assert.Equal((2, 1, 2), await KeptAsync(stays));
    }

    private Task<int> AgeAsync(string sql, string email) => identity.Database.ScalarAsync<int>(sql, email);

    private async Task<(long Sessions, long RefreshTokens, long OneTimeTokens)> KeptAsync(string email) => (
        await identity.Database.ScalarAsync<long>("select count(*) from sessions s join users u on u.id = s.user_id where u.email = $1", email),
        await identity.Database.ScalarAsync<long>("select count(*) from refresh_tokens t join sessions s on s.id = t.session_id join users u on u.id = s.user_id where u.email = $1", email),
        await identity.Database.ScalarAsync<long>("select count(*) from one_time_tokens t join users u on u.id = t.user_id where u.email = $1", email));
}
