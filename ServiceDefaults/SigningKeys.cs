using Microsoft.IdentityModel.Tokens;

namespace OnePlatform.ServiceDefaults;

/// <summary>
/// The keys Identity publishes: read again every few minutes, and at once (but not more than every few seconds) when a token
/// names an unknown key. What is known goes on being used while Identity is away.
/// </summary>
internal sealed class SigningKeys(IHttpClientFactory clients, TimeProvider clock) : IDisposable
{
    public const string HttpClient = "signing-keys";

    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private volatile Snapshot? _known;
    private DateTimeOffset _triedAt;

    public SecurityKey? Find(string? keyId) => keyId is not null && _known is { } known && known.Keys.TryGetValue(keyId, out var key) ? key : null;

    /// <summary>Sees to it that <see cref="Find"/> knows the key, if Identity does.</summary>
    /// <exception cref="HttpRequestException">Identity cannot be reached and no keys are known yet.</exception>
    public async Task PrepareAsync(string? keyId, CancellationToken cancellationToken)
    {
        if (Find(keyId) is not null && clock.GetUtcNow() - _known!.ReadAt < s_lifetime)
        {
            return;
        }

        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            var waitsFor = _known is not null && now - _triedAt < s_pause;
            if (!waitsFor && (Find(keyId) is null || now - _known!.ReadAt >= s_lifetime))
            {
                _triedAt = now;
                var client = clients.CreateClient(HttpClient);
                var set = new JsonWebKeySet(await client.GetStringAsync("/.well-known/jwks", cancellationToken));
                _known = new Snapshot(set.GetSigningKeys().ToDictionary(k => k.KeyId, StringComparer.Ordinal), now);
            }
        }
        catch (Exception exception) when (_known is not null && exception is HttpRequestException or Polly.ExecutionRejectedException)
        {
            // Identity is away. The keys known so far are good until they are replaced.
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private sealed record Snapshot(Dictionary<string, SecurityKey> Keys, DateTimeOffset ReadAt);
}
