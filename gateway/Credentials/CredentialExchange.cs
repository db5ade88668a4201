using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using OnePlatform.Gateway.Limits;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Gateway.Credentials;

/// <summary>From a credential to a verdict: memory, then Redis, then Identity, and many askers of the same at once ask once.</summary>
internal sealed class CredentialExchange(
    GrantMemory grants,
    RefusalMemory refusals,
    SharedGrants shared,
    IdentityExchange identity,
    Evictions evictions,
    DeniedSessions denied,
    AccessTokenCheck tokens,
    IOptions<LimitOptions> limits,
    CredentialMetrics metrics,
    TimeProvider clock)
{
    private readonly ConcurrentDictionary<CredentialHash, Lazy<Task<Verdict>>> _underWay = new();

    /// <summary>The quick path: no task, no allocation beyond the hash's input.</summary>
    public Grant? FindKnown(CredentialHash hash)
    {
        var known = grants.Find(hash);
        if (known is not null)
        {
            metrics.FromMemory();
        }

        return known;
    }

    public async Task<Verdict> ResolveAsync(CredentialHash hash, PresentedCredential credential, string group, string address)
    {
        if (credential.Kind == CredentialKind.ApiKey && !ApiKeyFormat.IsWellFormed(credential.Value))
        {
            return new Verdict(null, new Refusal(StatusCodes.Status401Unauthorized, "key_malformed", "This is not an API key: its checksum is wrong."));
        }

        if (refusals.Find(hash) is { } refusal)
        {
            metrics.FromMemory();
            return new Verdict(null, refusal);
        }

        var flight = _underWay.GetOrAdd(hash, _ => new Lazy<Task<Verdict>>(() => FetchAsync(hash, credential, group, address)));
        try
        {
            return await flight.Value;
        }
        finally
        {
            _underWay.TryRemove(new KeyValuePair<CredentialHash, Lazy<Task<Verdict>>>(hash, flight));
        }
    }

    private async Task<Verdict> FetchAsync(CredentialHash hash, PresentedCredential credential, string group, string address)
    {
        while (true)
        {
            var generation = evictions.Generation;
            if (await shared.FindAsync(hash, credential) is { } known && grants.IsFresh(known) && evictions.Holds(known, generation))
            {
                metrics.FromRedis();
                grants.Keep(hash, known, generation);
                return new Verdict(known, null);
            }

            var verdict = await identity.AskAsync(credential, group, address);
            metrics.FromIdentity();
            if (verdict.Refusal is { } refusal)
            {
                refusals.Keep(hash, refusal);
            }
            else if (verdict.Grant is { } grant)
            {
                // Revoked while Identity answered: the answer may be from before. Ask again rather than guess.
                if (!evictions.Holds(grant, generation))
                {
                    continue;
                }

                grants.Keep(hash, grant, generation);
                await shared.KeepAsync(hash, credential, grant);
            }

            return verdict.Grant is null && verdict.Refusal is null ? await WithoutIdentityAsync(credential, group) : verdict;
        }
    }

    /// <summary>
    /// With Identity away, the token of a session that it signed and that nobody has withdrawn is still worth what it says. One made of a
    /// key says neither whether the key has ended nor where it may be used.
    /// </summary>
    private async Task<Verdict> WithoutIdentityAsync(PresentedCredential credential, string group)
    {
        if (credential.Kind != CredentialKind.AccessToken || group.Length > 0)
        {
            return Verdict.Unknown;
        }

        try
        {
            if (await tokens.VerifyAsync(credential.Value) is not { } token
                || token.Caller.SessionId is not { } session
                || await denied.ContainsAsync(session))
            {
                return Verdict.Unknown;
            }

            var answer = new ExchangeAnswer(
                credential.Value, token.ExpiresAt, token.Caller.Id, SessionId: session, PersonId: token.Caller.PersonId, GroupId: token.Caller.GroupId);
            return new Verdict(new Grant(answer, clock.GetUtcNow(), limits.Value, clock), null);
        }
        catch (Exception exception) when (exception is HttpRequestException or Polly.ExecutionRejectedException)
        {
            return Verdict.Unknown;
        }
    }
}
