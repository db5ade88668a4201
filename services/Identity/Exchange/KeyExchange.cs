using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.ApiKeys;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Memberships;
using OnePlatform.Identity.Secrets;
using OnePlatform.Identity.Tokens;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Exchange;

/// <summary>Exchanges an API key for an access token.</summary>
internal sealed class KeyExchange(IdentityDb db, DerivedKeys secrets, AccessTokens tokens, LastUses uses, TimeProvider clock)
{
    /// <param name="text">The key.</param>
    /// <param name="groupId">Null for the key's own.</param>
    /// <param name="clientIp">Where the key is used.</param>
    /// <param name="within">No more than these of the key's scopes; null for all.</param>
    public async Task<ExchangeOutcome> ExchangeAsync(string text, Guid? groupId, string? clientIp, ScopeSet? within, CancellationToken cancellationToken)
    {
        if (!ApiKeyText.IsWellFormed(text))
        {
            return Unknown();
        }

        // The tenant is not known before the key is.
        db.Scope.ActAsSystem();
        var hash = secrets.HashOfApiKey(text);
        var key = await db.ApiKeys.AsNoTracking().FirstOrDefaultAsync(k => k.Hash == hash, cancellationToken);
        return key is null ? Unknown() : await ExchangeAsync(key, groupId, clientIp, within, cancellationToken);
    }

    /// <summary>For a token that was made for a key before, and may have been given less than the key.</summary>
    public async Task<ExchangeOutcome> ExchangeAsync(Guid keyId, Guid? groupId, string? clientIp, ScopeSet? within, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        var key = await db.ApiKeys.AsNoTracking().FirstOrDefaultAsync(k => k.Id == keyId, cancellationToken);
        return key is null ? Unknown() : await ExchangeAsync(key, groupId, clientIp, within, cancellationToken);
    }

    private async Task<ExchangeOutcome> ExchangeAsync(ApiKey key, Guid? groupId, string? clientIp, ScopeSet? within, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (key.EndAt(now) is var (code, detail))
        {
            return new ExchangeOutcome.Refused(StatusCodes.Status401Unauthorized, code, detail);
        }

        if (!AllowedNetworks.Allow(key.IpAllow, clientIp))
        {
            return new ExchangeOutcome.Refused(StatusCodes.Status403Forbidden, "ip_not_allowed", "The API key may not be used from this address.");
        }

        var target = groupId ?? key.GroupId;
        var standing = new Standing(target, Role.GroupOwner, await GroupEntry.WithAncestorsAsync(db, target, cancellationToken));
        if (target != key.GroupId && !(key.Subtree && standing.Group is { IsActive: true } && standing.Path.Contains(key.GroupId)))
        {
            return ExchangeOutcome.NoGroup;
        }

        uses.Note(UsedCredential.ApiKey, key.Id, now, clientIp);
        var subject = new TokenSubject(key.Id, Caller.KeyKind, target, Role.GroupOwner, Narrowing.Of(key.Scopes, within)) { OnBehalfOf = key.CreatedBy };
        var limit = new ExchangedLimit(key.RateRequests, key.RateBurst);
        return ExchangeResponses.Make(tokens.SignExchanged(subject, key.ExpiresAt), subject, standing, limit);
    }

    private static ExchangeOutcome.Refused Unknown()
        => new(StatusCodes.Status401Unauthorized, "key_not_found", "There is no such API key.");
}
