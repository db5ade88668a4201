using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Secrets;

namespace OnePlatform.Identity.OAuth;

/// <summary>Who is at a provider at the moment.</summary>
internal sealed class OAuthFlows(IdentityDb db, DerivedKeys secrets, TimeProvider clock)
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    /// <returns>The state that must come back, and what stays here.</returns>
    public async Task<(string State, FlowSecrets Secrets)> AddAsync(
        string provider, string browser, string? returnTo, Guid? sessionId, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        var (state, now) = (OpaqueToken.New(), clock.GetUtcNow());
        var kept = new FlowSecrets(OpaqueToken.New().Text, OpaqueToken.New().Text);
        await db.OAuthFlows.Where(f => f.ExpiresAt < now).ExecuteDeleteAsync(cancellationToken);
        db.OAuthFlows.Add(new OAuthFlow
        {
            StateHash = state.Hash,
            BrowserHash = OpaqueToken.HashOf(browser),
            Provider = provider,
            Secrets = secrets.Seal(JsonSerializer.SerializeToUtf8Bytes(kept), ContextOf(state.Hash)),
            ReturnTo = returnTo,
            SessionId = sessionId,
            ExpiresAt = now + Life,
        });
        await db.SaveChangesAsync(cancellationToken);
        return (state.Text, kept);
    }

    /// <summary>Spends a state, for its own provider and in its own browser. One statement decides between two that come at once.</summary>
    public async Task<(OAuthFlow Flow, FlowSecrets Secrets)?> TakeAsync(string provider, string state, string browser, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        var (hash, browserHash, now) = (OpaqueToken.HashOf(state), OpaqueToken.HashOf(browser), clock.GetUtcNow());
        var flow = await db.OAuthFlows.AsNoTracking().FirstOrDefaultAsync(f => f.StateHash == hash && f.Provider == provider && f.ExpiresAt > now, cancellationToken);
        return flow is not null
            && CryptographicOperations.FixedTimeEquals(flow.BrowserHash, browserHash)
            && await db.OAuthFlows.Where(f => f.StateHash == hash).ExecuteDeleteAsync(cancellationToken) == 1
            ? (flow, JsonSerializer.Deserialize<FlowSecrets>(secrets.Open(flow.Secrets, ContextOf(hash)))!)
            : null;
    }

    private static string ContextOf(byte[] stateHash) => $"oauth flow {Convert.ToHexStringLower(stateHash)}";
}
