using System.ComponentModel.DataAnnotations;
using OnePlatform.Identity.Attempts;

namespace OnePlatform.Identity;

/// <summary>Section <c>Identity</c>.</summary>
internal sealed class IdentityOptions
{
    public const string Section = "Identity";

    /// <summary>
    /// Protects the signing keys at rest and peppers the hashes of API keys; whoever changes it loses both. At least 32 characters.
    /// In Development it follows from the database password when it is not given.
    /// </summary>
    [Required, MinLength(32)]
    public string KeyEncryptionSecret { get; set; } = "";

    /// <summary>E-mail addresses of those who run the platform.</summary>
    public IReadOnlyList<string> PlatformOwners { get; set; } = [];

    /// <summary>Let a platform owner act before the address was verified. Only where nobody else can sign up.</summary>
    public bool TrustUnverifiedPlatformOwners { get; set; }

    /// <summary>No session before the address is verified; a sign-up then answers the same for a new and for a taken address.</summary>
    public bool RequireVerifiedEmail { get; set; }

    /// <summary>Origins besides the platform's own that may use the session cookie and be sent back to, for example <c>https://app.example.com</c>.</summary>
    public IReadOnlyList<string> TrustedOrigins { get; set; } = [];

    /// <summary>For this long after a sign-in, what is dangerous needs no password again.</summary>
    public TimeSpan FreshSession { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Each step doubles the work of a guess, and of a sign-in.</summary>
    [Range(4, 20)]
    public int BcryptCost { get; set; } = 12;

    /// <summary>Passwords waiting to be hashed, beyond which the answer is 503.</summary>
    [Range(1, 100_000)]
    public int HashingQueue { get; set; } = 256;

    /// <summary>How long a sign-up waits for the personal group, which another service makes.</summary>
    public TimeSpan GroupWait { get; set; } = TimeSpan.FromSeconds(5);

    [Range(typeof(TimeSpan), "00:00:10", "01:00:00")]
    public TimeSpan AccessTokenLife { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Life of the tokens that the gateway gets for keys, cookies and other tokens.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "00:15:00")]
    public TimeSpan ExchangedTokenLife { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A session that is not refreshed ends after this.</summary>
    public TimeSpan SessionLife { get; set; } = TimeSpan.FromDays(30);

    public TimeSpan CookieLife { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Second part of new API keys.</summary>
    [RegularExpression("^(live|test)$")]
    public string KeyEnvironment { get; set; } = "live";

    public AttemptOptions Attempts { get; set; } = new();
}
