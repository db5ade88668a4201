using OnePlatform.Identity.Passwords;
using Xunit;

namespace OnePlatform.Identity.Tests;

public sealed class HashingPasswords
{
    [Theory]
    [InlineData("$2a$04$")]
    [InlineData("$2b$05$")]
    public void The_systems_bcrypt_and_the_managed_one_make_the_same_hash(string version)
    {
        Assert.True(Bcrypt.IsNative, "libcrypt is a part of every Debian; without it this compares nothing.");
        for (var i = 0; i < 20; i++)
        {
            var text = Convert.ToBase64String(Guid.NewGuid().ToByteArray())[..(i + 1)];
            var setting = version + BCrypt.Net.BCrypt.GenerateSalt(4)[7..];
            var hash = Bcrypt.NativeHash(text, setting);
            Assert.Equal(Bcrypt.ManagedHash(text, setting), hash);
            Assert.Equal(hash, Bcrypt.NativeHash(text, hash));
        }
    }

    // The published vectors of bcrypt's first implementation, as crypt_blowfish tests them.
    [Theory]
    [InlineData("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a")]
    public void Hashes_are_those_of_bcrypt(string text, string hash)
    {
        Assert.Equal(hash, Bcrypt.NativeHash(text, hash));
        Assert.Equal(hash, Bcrypt.ManagedHash(text, hash));
    }

    [Fact]
    public void A_setting_that_is_none_is_an_error()
        => Assert.Throws<System.Security.Cryptography.CryptographicException>(() => Bcrypt.NativeHash("text", "$2a$99$CCCCCCCCCCCCCCCCCCCCC."));
}
