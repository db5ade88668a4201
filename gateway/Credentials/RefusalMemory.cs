namespace OnePlatform.Gateway.Credentials;

/// <summary>
/// The last refusals, for seconds: a fixed number of places, each overwritten by the next credential that hashes to it, so
/// that no flood of made-up keys takes memory or pushes a good grant out.
/// </summary>
internal sealed class RefusalMemory(TimeProvider clock)
{
    private const int Places = 4096;
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(5);
    private readonly Entry?[] _places = new Entry?[Places];

    public Refusal? Find(CredentialHash hash)
        => Volatile.Read(ref _places[PlaceOf(hash)]) is { } entry && entry.Hash == hash && clock.GetUtcNow() < entry.Until ? entry.Refusal : null;

    public void Keep(CredentialHash hash, Refusal refusal)
    {
        // What is missing besides the credential (a confirmed address, a second factor) may be there a moment later.
        if (refusal.Status == StatusCodes.Status401Unauthorized)
        {
            Volatile.Write(ref _places[PlaceOf(hash)], new Entry(hash, refusal, clock.GetUtcNow() + s_lifetime));
        }
    }

    private static int PlaceOf(CredentialHash hash) => (int)(uint)(hash.Low % Places);

    private sealed record Entry(CredentialHash Hash, Refusal Refusal, DateTimeOffset Until);
}
