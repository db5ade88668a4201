using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Memberships;
using OnePlatform.Identity.Sessions;
using OnePlatform.Identity.Tokens;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Exchange;

/// <summary>Exchanges a person's access token or session cookie, with the person's rights as they now are.</summary>
internal sealed class SessionExchange(
    SessionStore sessions, GroupEntry groups, SessionTokens sessionTokens, AccessTokens tokens, KeyExchange keys, ClientTokenExchange clients, LastUses uses, TimeProvider clock)
{
    public async Task<ExchangeOutcome> ExchangeTokenAsync(string token, Guid? groupId, string? clientIp, CancellationToken cancellationToken)
    {
        if (await tokens.ReadAsync(token) is not var (caller, expiresAt))
        {
            return await ExchangeClientTokenAsync(token, groupId, clientIp, cancellationToken);
        }

        if (caller.Kind == Caller.KeyKind)
        {
            return await keys.ExchangeAsync(caller.Id, groupId ?? caller.GroupId, clientIp, caller.Scopes, cancellationToken);
        }

        if (caller.SessionId is not { } sessionId || await sessions.FindLiveAsync(sessionId, cancellationToken) is not var (session, user))
        {
            return Revoked();
        }

        var (standing, refusal) = await EnterAsync(session, user, groupId, caller.GroupId ?? session.GroupId, cancellationToken);
        return refusal ?? Answer(session, user, standing, expiresAt, clientIp);
    }

    public async Task<ExchangeOutcome> ExchangeCookieAsync(string cookie, Guid? groupId, string? clientIp, CancellationToken cancellationToken)
    {
        if (await sessions.FindLiveByCookieAsync(cookie, cancellationToken) is not var (session, user))
        {
            return Revoked();
        }

        var (standing, refusal) = await EnterAsync(session, user, groupId, session.GroupId, cancellationToken);
        return refusal ?? Answer(session, user, standing, session.ExpiresAt, clientIp);
    }

    public static ExchangeOutcome.Refused InvalidToken()
        => new(StatusCodes.Status401Unauthorized, "invalid_token", "The access token is not valid or has expired.");

    private async Task<ExchangeOutcome> ExchangeClientTokenAsync(string token, Guid? groupId, string? clientIp, CancellationToken cancellationToken)
    {
        if (await clients.FindAsync(token, cancellationToken) is not { } access)
        {
            return InvalidToken();
        }

        if (!access.IsForPerson)
        {
            return await clients.ForClientAsync(access, groupId, cancellationToken);
        }

        if (await clients.FindSessionAsync(access, cancellationToken) is not var (session, user))
        {
            return Revoked();
        }

        var (standing, refusal) = await EnterAsync(session, user, groupId, session.GroupId, cancellationToken);
        uses.Note(UsedCredential.Session, session.Id, clock.GetUtcNow(), clientIp);
        return refusal ?? clients.ForPerson(access, session, user, standing);
    }

    private async Task<(Standing? Standing, ExchangeOutcome.Refused? Refusal)> EnterAsync(
        Session session, User user, Guid? asked, Guid? chosen, CancellationToken cancellationToken)
        => asked is not { } groupId
            ? (await groups.EnterDefaultAsync(user, session.Assurance, chosen, cancellationToken), null)
            : await groups.EnterAsync(user, session.Assurance, groupId, cancellationToken) switch
            {
                Entry.Granted granted => (granted.Standing, null),
                Entry.Refused refused => (null, new ExchangeOutcome.Refused(StatusCodes.Status403Forbidden, refused.Code, refused.Detail)),
                _ => (null, ExchangeOutcome.NoGroup),
            };

    // Never longer than what it was exchanged for: the gateway would go on taking a token that has ended.
    private ExchangeOutcome Answer(Session session, User user, Standing? standing, DateTimeOffset credentialExpiresAt, string? clientIp)
    {
        uses.Note(UsedCredential.Session, session.Id, clock.GetUtcNow(), clientIp);
        var subject = sessionTokens.SubjectOf(session, user, standing);
        var end = credentialExpiresAt < session.ExpiresAt ? credentialExpiresAt : session.ExpiresAt;
        return ExchangeResponses.Make(tokens.SignExchanged(subject, end), subject, standing, limit: null);
    }

    private static ExchangeOutcome.Refused Revoked()
        => new(StatusCodes.Status401Unauthorized, "session_revoked", "There is no such session, or it has ended. Sign in again.");
}
