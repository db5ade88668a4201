using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Identity.Tests;

/// <summary>A person's authenticator app.</summary>
internal sealed record Authenticator(string Email, HttpClient Client, JsonObject Setup, IReadOnlyList<string> RecoveryCodes)
{
    // The set-up took the present code, and each is good once; the next one is good already, for clocks differ.
    public string NextCode() => Totp.CodeOf(Setup["secret"]!.GetValue<string>(), TimeProvider.System.GetUtcNow().AddSeconds(30));

    public string WrongCode() => Totp.CodeOf(Setup["secret"]!.GetValue<string>(), TimeProvider.System.GetUtcNow().AddHours(5));
}

internal static class Enrolling
{
    /// <summary>Signs in, sets an app up, and finishes it with its first code.</summary>
    public static async Task<Authenticator> EnrolAsync(this IdentityHost identity, string? email = null)
    {
        if (email is null)
        {
            email = IdentityHost.NewEmail();
            await identity.SignUpAsync(email);
        }

        var signedIn = await IdentityHost.JsonAsync(await identity.SignInAsync(email));
        var client = identity.Host.ClientWith(signedIn["accessToken"]!.GetValue<string>());
        using var enabled = await client.PostAsJsonAsync("/api/auth/2fa/enable", new { password = IdentityHost.Password });
        var setup = await IdentityHost.JsonAsync(enabled);
        var code = Totp.CodeOf(setup["secret"]!.GetValue<string>(), TimeProvider.System.GetUtcNow());
        using var verified = await client.PostAsJsonAsync("/api/auth/2fa/verify", new { code });
        Assert.True(verified.IsSuccessStatusCode, await verified.Content.ReadAsStringAsync());
        var codes = (await IdentityHost.JsonAsync(verified))["recoveryCodes"]!.AsArray().Select(c => c!.GetValue<string>()).ToList();
        return new Authenticator(email, client, setup, codes);
    }
}
