using System.Security.Cryptography;
using OnePlatform.Identity.Passwords;
using Xunit;

namespace OnePlatform.Identity.Tests;

public sealed class HashingPasswords
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Hashes_made_side_by_side_are_those_of_another_implementation(int together)
    {
        // Lengths around the 72 bytes that count, and around those that fill a word.
        for (var length = 0; length < 80; length++)
        {
            string[] texts = [.. Enumerable.Range(0, together).Select(i => RandomNumberGenerator.GetString("aB3/+=äß€", length + i))];
            BcryptSetting[] settings = [.. texts.Select(_ => BcryptSetting.New(4))];
            var hashes = InterleavedBcrypt.Hash(texts, settings);
            Assert.Equal([.. texts.Zip(settings, (text, setting) => BCrypt.Net.BCrypt.HashPassword(text, setting.ToString()))], hashes);
        }
    }

    // The published vectors of bcrypt's first implementation, as crypt_blowfish tests them.
    [Theory]
    [InlineData("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a")]
    public void Hashes_are_those_of_bcrypt(string text, string hash) => Assert.Equal([hash], InterleavedBcrypt.Hash([text], [BcryptSetting.Of(hash)]));

    [Theory]
    [InlineData("2a", 5)]
    [InlineData("2b", 12)]
    [InlineData("2y", 31)]
    public void A_hash_tells_its_version_cost_and_salt(string version, int cost)
    {
        var salt = BCrypt.Net.BCrypt.GenerateSalt(4)[7..];
        var setting = BcryptSetting.Of($"${version}${cost:00}${salt}E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
        Assert.Equal(cost, setting.Cost);
        Assert.Equal($"${version}${cost:00}${salt}", setting.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("$2b$12$")]
    [InlineData("$2b$03$CCCCCCCCCCCCCCCCCCCCC.")]
    [InlineData("$2b$32$CCCCCCCCCCCCCCCCCCCCC.")]
    [InlineData("$2x$05$CCCCCCCCCCCCCCCCCCCCC.")]
    [InlineData("$2b$05$CCCCCCCCCC CCCCCCCCCC.")]
    [InlineData("$2b$05$CCCCCCCCCCCCCCCCCCCC==")]
    [InlineData("$6$rounds=5000$usesomesillystring")]
    public void A_setting_that_is_none_is_an_error(string text) => Assert.Throws<CryptographicException>(() => BcryptSetting.Of(text));

    [Fact]
    public void Hashes_of_different_costs_are_not_made_side_by_side()
        => Assert.Throws<ArgumentOutOfRangeException>(() => InterleavedBcrypt.Hash(["one", "two"], [BcryptSetting.New(4), BcryptSetting.New(5)]));

    [Fact]
    public async Task Of_many_that_wait_each_gets_its_own_hash_whatever_their_costs()
    {
        using var threads = new HashingThreads(capacity: 200);
        var asked = Enumerable.Range(0, 200).Select(i => (Text: $"password {i}", Setting: BcryptSetting.New(4 + (i % 3)))).ToList();
        var hashes = await Task.WhenAll(asked.Select(a => threads.HashAsync(a.Text, a.Setting, CancellationToken.None)));
        Assert.All(asked.Zip(hashes), a => Assert.True(BCrypt.Net.BCrypt.Verify(a.First.Text, a.Second)));
        Assert.Equal(asked.Select(a => a.Setting.ToString()), hashes.Select(h => h[..29]));
    }

    [Fact]
    public async Task Whoever_has_left_the_queue_is_not_hashed_for_and_the_others_are()
    {
        using var threads = new HashingThreads(capacity: 100);
        using var left = new CancellationTokenSource();
        await left.CancelAsync();
        // Its hash would take days.
        var leaving = threads.HashAsync("leaving", BcryptSetting.New(31), left.Token);
        var staying = threads.HashAsync("staying", BcryptSetting.New(4), CancellationToken.None);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.True(BCrypt.Net.BCrypt.Verify("staying", await staying));
    }
}
