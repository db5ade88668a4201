using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Identity.ApiKeys;
using OnePlatform.Identity.Exchange;
using Xunit;

namespace OnePlatform.Identity.Tests;

public sealed class TellingOwnersOfKeys(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task Owners_hear_when_a_key_is_made_rotated_and_used_from_a_new_network_once_each()
    {
        var (client, person, _) = await identity.OwnerAsync();
        var email = (string)(await identity.Database.ScalarAsync<string>("select email from users where id = $1", person))!;
        using var made = await client.PostAsJsonAsync("/api/api-keys", new { name = "shop" });
        var key = await IdentityHost.JsonAsync(made);
        var mail = await identity.MailAsync(email, "key was made");
        Assert.Contains("“shop”", mail.Message.TextBody!, StringComparison.Ordinal);
        Assert.DoesNotContain(key["key"]!.GetValue<string>(), mail.Message.ToString()!, StringComparison.Ordinal);

        var writing = identity.Host.Services.GetRequiredService<WriteLastUses>();
        foreach (var address in new[] { "192.0.2.1", "192.0.2.200", "198.51.100.7", "198.51.100.8" })
        {
            using var used = await identity.ExchangeAsync("api_key", key["key"]!.GetValue<string>(), clientIp: address);
            Assert.True(used.IsSuccessStatusCode);
            await writing.WriteAsync(CancellationToken.None);
        }

        using var rotated = await client.PostAsJsonAsync($"/api/api-keys/{key["id"]}/rotate", new { });
        Assert.True(rotated.IsSuccessStatusCode);
        await identity.MailAsync(email, "key was rotated");
        await identity.MailsAreSentAsync();
        var elsewhere = identity.All().Where(m => m.To.Mailboxes.Single().Address == email && m.Subject!.Contains("new network", StringComparison.Ordinal)).ToList();
        Assert.Contains("198.51.100.0/24", Assert.Single(elsewhere).TextBody!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.77", "192.0.2.0/24")]
    [InlineData("::ffff:192.0.2.77", "192.0.2.0/24")]
    [InlineData("2001:db8:1:2::3", "2001:db8:1::/48")]
    [InlineData("somewhere", null)]
    [InlineData(null, null)]
    public void A_network_is_as_wide_as_a_provider_moves_its_customers(string? address, string? network)
        => Assert.Equal(network, KeyNetwork.Of(address));
}
