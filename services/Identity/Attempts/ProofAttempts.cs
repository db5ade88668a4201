using Microsoft.Extensions.Options;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.Attempts;

/// <summary>Wrong codes, links and passwords after the first factor, per account and per address; right ones do not count.</summary>
internal sealed class ProofAttempts(AttemptLimiter attempts, RequestOrigin origin, IOptions<IdentityOptions> options)
{
    private const string PerAccount = "proof";
    private const string PerAddress = "proof-address";

    private AttemptOptions Rules => options.Value.Attempts;

    private string Network => ClientNetwork.Of(origin.Current.Ip);

    /// <summary>Counts a try before it is made, so that many at once are no more than the limit; <see cref="SucceedAsync"/> takes it back.</summary>
    /// <returns>Null when it may be made, else how long to wait.</returns>
    public async Task<TimeSpan?> BeginAsync(Guid? userId)
        => await attempts.TakeAsync(Rules.ProofPerAddress, PerAddress, Network)
            ?? (userId is { } id ? await attempts.TakeAsync(Rules.Proof, PerAccount, id.ToString()) : null);

    public async Task SucceedAsync(Guid? userId)
    {
        await attempts.GiveBackAsync(PerAddress, Network);
        if (userId is { } id)
        {
            await attempts.GiveBackAsync(PerAccount, id.ToString());
        }
    }
}
