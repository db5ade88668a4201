using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using OnePlatform.Identity.Exchange;
using OnePlatform.Identity.Tokens;
using Xunit;

namespace OnePlatform.Identity.Tests;

public sealed class RotatingSigningKeys(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task The_next_key_is_published_before_it_signs_and_the_last_one_stays_good_after()
    {
        var before = (await identity.SignUpAsync())["accessToken"]!.GetValue<string>();
        var ring = identity.Host.Services.GetRequiredService<SigningKeyRing>();
        await identity.Database.ScalarAsync<int>("update signing_keys set not_after = now() + interval '1 hour'");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ring.RefreshAsync(CancellationToken.None)));
        Assert.Equal(2, (await PublishedAsync()).Count);
        var meanwhile = (await identity.SignUpAsync())["accessToken"]!.GetValue<string>();
        Assert.Equal(KeyOf(before), KeyOf(meanwhile));

        await identity.Database.ScalarAsync<int>("update signing_keys set not_before = now() where not_before > now()");
        await ring.RefreshAsync(CancellationToken.None);
        var after = (await identity.SignUpAsync())["accessToken"]!.GetValue<string>();
        Assert.NotEqual(KeyOf(before), KeyOf(after));
        Assert.Contains(KeyOf(after), await PublishedAsync());
        using var old = await identity.Host.ClientWith(before).GetAsync("/api/auth/session");
        Assert.Equal(HttpStatusCode.OK, old.StatusCode);
    }

    [Fact]
    public async Task The_private_part_is_sealed_and_never_published()
    {
        var keys = await identity.Anonymous.GetStringAsync("/.well-known/jwks");
        Assert.DoesNotContain("\"d\"", keys, StringComparison.Ordinal);
        var stored = await identity.Database.ScalarAsync<byte[]>("select private_key from signing_keys limit 1");
        using var key = System.Security.Cryptography.ECDsa.Create();
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => key.ImportPkcs8PrivateKey(stored, out _));
    }

    [Fact]
    public async Task Uses_of_a_key_are_written_together()
    {
        var (owner, _, _) = await identity.OwnerAsync();
        var key = await ManagingApiKeys.MakeAsync(owner, new { name = "used" });
        for (var i = 0; i < 3; i++)
        {
            using var exchange = await identity.ExchangeAsync("api_key", key["key"]!.GetValue<string>(), clientIp: "192.0.2.7");
        }

        await identity.Host.Services.GetRequiredService<WriteLastUses>().WriteAsync(CancellationToken.None);
        Assert.Equal("3 192.0.2.7", await identity.Database.ScalarAsync<string>(
            "select use_count || ' ' || last_used_ip from api_keys where id = $1 and last_used_at > now() - interval '1 minute'", key["id"]!.GetValue<Guid>()));
    }

    private static string KeyOf(string token) => new JsonWebToken(token).Kid;

    private async Task<IReadOnlyList<string>> PublishedAsync()
        => [.. JsonNode.Parse(await identity.Anonymous.GetStringAsync("/.well-known/jwks"))!["keys"]!.AsArray().Select(k => k!["kid"]!.GetValue<string>())];
}
