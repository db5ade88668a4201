using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Memberships;
using OnePlatform.Identity.Sessions;
using OnePlatform.Identity.Tokens;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Exchange;

/// <summary>Exchanges a person's access token or session cookie, with the person's rights as they now are.</summary>
internal sealed class SessionExchange(
    SessionStore sessions, GroupEntry groups, SessionTokens sessionTokens, AccessTokens tokens, KeyExchange keys, LastUses uses, TimeProvider clock)
{
    public async Task<ExchangeOutcome> ExchangeTokenAsync(string token, Guid? groupId, string? clientIp, CancellationToken cancellationToken)
    {
        if (await tokens.ReadAsync(token) is not { } caller)
        {
            return new ExchangeOutcome.Refused(StatusCodes.Status401Unauthorized, "invalid_token", "The access token is not valid or has expired.");
        }

        if (caller.Kind == Caller.KeyKind)
        {
            return await keys.ExchangeAsync(caller.Id, groupId ?? caller.GroupId, clientIp, cancellationToken);
        }

        return caller.SessionId is { } sessionId && await sessions.FindLiveAsync(sessionId, cancellationToken) is var (session, user)
            ? await ExchangeAsync(session, user, groupId, caller.GroupId ?? session.GroupId, clientIp, cancellationToken)
            : Revoked();
    }

    public async Task<ExchangeOutcome> ExchangeCookieAsync(string cookie, Guid? groupId, string? clientIp, CancellationToken cancellationToken)
        => await sessions.FindLiveByCookieAsync(cookie, cancellationToken) is var (session, user)
            ? await ExchangeAsync(session, user, groupId, session.GroupId, clientIp, cancellationToken)
            : Revoked();

    private async Task<ExchangeOutcome> ExchangeAsync(
        Session session, User user, Guid? asked, Guid? chosen, string? clientIp, CancellationToken cancellationToken)
    {
        Standing? standing;
        if (asked is { } groupId)
        {
            switch (await groups.EnterAsync(user, session.Assurance, groupId, cancellationToken))
            {
                case Entry.Granted granted:
                    standing = granted.Standing;
                    break;
                case Entry.Refused refused:
                    return new ExchangeOutcome.Refused(StatusCodes.Status403Forbidden, refused.Code, refused.Detail);
                default:
                    return ExchangeOutcome.NoGroup;
            }
        }
        else
        {
            standing = await groups.EnterDefaultAsync(user, session.Assurance, chosen, cancellationToken);
        }

        uses.Note(UsedCredential.Session, session.Id, clock.GetUtcNow(), clientIp);
        var subject = sessionTokens.SubjectOf(session, user, standing);
        return ExchangeResponses.Make(tokens.SignExchanged(subject, session.ExpiresAt), subject, standing, limit: null);
    }

    private static ExchangeOutcome.Refused Revoked()
        => new(StatusCodes.Status401Unauthorized, "session_revoked", "There is no such session, or it has ended. Sign in again.");
}
