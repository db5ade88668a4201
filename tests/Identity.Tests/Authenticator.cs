using System.Buffers.Binary;
using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Xunit;

namespace OnePlatform.Identity.Tests;

/// <summary>A person's authenticator app: RFC 6238 written a second time, so that the service is not checked by its own library.</summary>
internal sealed record Authenticator(string Email, HttpClient Client, JsonObject Setup, IReadOnlyList<string> RecoveryCodes)
{
    // The set-up took the present code, and each is good once; the next one is good already, for clocks differ.
    public string NextCode() => CodeOf(Setup["secret"]!.GetValue<string>(), TimeProvider.System.GetUtcNow().AddSeconds(30));

    public string WrongCode() => CodeOf(Setup["secret"]!.GetValue<string>(), TimeProvider.System.GetUtcNow().AddHours(5));

    public static string CodeOf(string base32, DateTimeOffset at)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = string.Concat(base32.Select(c => Convert.ToString(Alphabet.IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        var key = Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2)).ToArray();
        var step = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(step, at.ToUnixTimeSeconds() / 30);
#pragma warning disable CA5350 // RFC 6238: what every app speaks
        var hash = HMACSHA1.HashData(key, step);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 0xf)) & 0x7fffffff;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }
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
        var code = Authenticator.CodeOf(setup["secret"]!.GetValue<string>(), TimeProvider.System.GetUtcNow());
        using var verified = await client.PostAsJsonAsync("/api/auth/2fa/verify", new { code });
        Assert.True(verified.IsSuccessStatusCode, await verified.Content.ReadAsStringAsync());
        var codes = (await IdentityHost.JsonAsync(verified))["recoveryCodes"]!.AsArray().Select(c => c!.GetValue<string>()).ToList();
        return new Authenticator(email, client, setup, codes);
    }
}
