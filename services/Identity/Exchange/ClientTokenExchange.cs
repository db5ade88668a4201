using System.Security.Claims;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.ApiKeys;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Memberships;
using OnePlatform.Identity.OpenIdConnect;
using OnePlatform.Identity.Sessions;
using OnePlatform.Identity.Tokens;
using OnePlatform.ServiceDefaults;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OnePlatform.Identity.Exchange;

/// <summary>
/// Exchanges an access token of an OpenID Connect client. For a person: what the person may do, within the scopes they allowed, and
/// never with their sign-in itself, for the token made here names no session. For the client: its own group, within its scopes.
/// </summary>
internal sealed class ClientTokenExchange(
    IdentityDb db, AccessTokens tokens, ClientIssuer issuer, IOpenIddictTokenManager known, ClientSessions sessions, SessionTokens sessionTokens)
{
    /// <summary>The live token, or null when it is none of a client's, has ended or was withdrawn.</summary>
    public async Task<ClientAccess?> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (await tokens.ReadAsync(token, issuer.Name) is not var (claims, expiresAt))
        {
            return null;
        }

        // Neither clients nor their tokens belong to a group.
        db.Scope.ActAsSystem();
        return claims.GetClaim(Claims.Private.TokenId) is { } id
            && await known.FindByIdAsync(id, cancellationToken) is { } entry
            && await known.HasStatusAsync(entry, Statuses.Valid, cancellationToken)
            ? new ClientAccess(claims, expiresAt, ScopeSet.Of(ScopesOf(claims)))
            : null;
    }

    public Task<(Session Session, User User)?> FindSessionAsync(ClientAccess access, CancellationToken cancellationToken)
        => sessions.FindAsync(access.Claims, cancellationToken);

    public ExchangeOutcome ForPerson(ClientAccess access, Session session, User user, Standing? standing)
    {
        var subject = sessionTokens.SubjectOf(session, user, standing) with { Scopes = access.Scopes.ToString() };
        var end = access.ExpiresAt < session.ExpiresAt ? access.ExpiresAt : session.ExpiresAt;
        return ExchangeResponses.Make(tokens.SignExchanged(subject with { SessionId = null }, end), subject, standing, limit: null);
    }

    public async Task<ExchangeOutcome> ForClientAsync(ClientAccess access, Guid? groupId, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(access.Claims.GetClaim(Claims.Subject), out var id)
            || await db.Clients.FindAsync([id], cancellationToken) is not { GroupId: { } own } client)
        {
            return SessionExchange.InvalidToken();
        }

        var standing = new Standing(own, Role.GroupOwner, await GroupEntry.WithAncestorsAsync(db, own, cancellationToken));
        if ((groupId ?? own) != own || standing.Group is { IsActive: false })
        {
            return ExchangeOutcome.NoGroup;
        }

        var subject = new TokenSubject(client.Id, Caller.KeyKind, own, Role.GroupOwner, access.Scopes.ToString()) { OnBehalfOf = client.RegisteredBy };
        var limit = new ExchangedLimit(KeyGrants.DefaultRateLimit.Requests, KeyGrants.DefaultRateLimit.Burst);
        return ExchangeResponses.Make(tokens.SignExchanged(subject, access.ExpiresAt), subject, standing, limit);
    }

    // Those about the person are for userinfo alone.
    private static IEnumerable<string> ScopesOf(ClaimsPrincipal claims)
        => (claims.GetClaim(TokenClaims.Scope) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(ClientScopes.OfPlatform.Contains);
}

/// <summary>What a client's access token says.</summary>
internal sealed record ClientAccess(ClaimsPrincipal Claims, DateTimeOffset ExpiresAt, ScopeSet Scopes)
{
    public bool IsForPerson => ClientSessions.IdOf(Claims) is not null;
}
