using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Secrets;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.Sessions;

/// <param name="Refresh">For the client.</param>
/// <param name="Cookie">For the browser; only a new session has one to give.</param>
internal sealed record OpenedSession(Session Session, OpaqueToken Refresh, OpaqueToken? Cookie = null);

/// <summary>
/// Sessions are a person's and not a group's, so the policy on their table lets only the system in; each method reaches rows by a
/// secret the caller holds or by the caller's own id.
/// </summary>
internal sealed class SessionStore(IdentityDb db, RequestOrigin origin, IOptions<IdentityOptions> options, TimeProvider clock)
{
    private const int LongestUserAgent = 256;

    // A token that was valid a moment before the revocation is still refused while clocks differ.
    private static readonly TimeSpan s_clockDifference = TimeSpan.FromMinutes(1);

    /// <summary>A session that is stored nowhere yet. For <see cref="SessionGate"/> alone, past which no session begins.</summary>
    public OpenedSession Open(User user, Proof proof)
    {
        var now = clock.GetUtcNow();
        var (cookie, refresh) = (OpaqueToken.New(), OpaqueToken.New());
        var from = origin.Current;
        var session = new Session
        {
            Id = Guid.CreateVersion7(now),
            UserId = user.Id,
            CookieHash = cookie.Hash,
            CreatedAt = now,
            AuthenticatedAt = now,
            LastSeenAt = now,
            ExpiresAt = now + options.Value.SessionLife,
            Ip = from.Ip,
            UserAgent = from.UserAgent,
            Methods = [.. proof.Methods],
            Assurance = proof.Assurance,
        };
        return new OpenedSession(session, refresh, cookie);
    }

    /// <summary>Adds it to the unit of work.</summary>
    public void Add(OpenedSession opened)
    {
        db.Sessions.Add(opened.Session);
        db.RefreshTokens.Add(RefreshToken.Of(opened.Session, opened.Refresh, opened.Session.CreatedAt));
    }

    /// <summary>
    /// Adds a client's session to the unit of work, as strong and as old as the person's own that it comes from. It has neither
    /// cookie nor refresh token of ours. For <see cref="SessionGate"/> alone.
    /// </summary>
    public Session OpenFor(Session own, Guid id, Guid clientId, string clientName)
    {
        var now = clock.GetUtcNow();
        var session = new Session
        {
            Id = id,
            UserId = own.UserId,
            CookieHash = OpaqueToken.New().Hash,
            ClientId = clientId,
            CreatedAt = now,
            AuthenticatedAt = own.AuthenticatedAt,
            LastSeenAt = now,
            ExpiresAt = now + options.Value.SessionLife,
            Ip = origin.Current.Ip,
            UserAgent = clientName.Length <= LongestUserAgent ? clientName : clientName[..LongestUserAgent],
            GroupId = own.GroupId,
            Methods = own.Methods,
            Assurance = own.Assurance,
        };
        db.Sessions.Add(session);
        return session;
    }

    /// <summary>A client has shown its refresh token: the session lives on.</summary>
    public Task ProlongAsync(Session session, CancellationToken cancellationToken)
    {
        session.LastSeenAt = clock.GetUtcNow();
        session.ExpiresAt = session.LastSeenAt + options.Value.SessionLife;
        return db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Ends the sessions of a client, with the unit of work.</summary>
    public async Task EndAllOfClientAsync(Guid clientId, string reason, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        var now = clock.GetUtcNow();
        End(await db.Sessions.Where(s => s.ClientId == clientId && s.RevokedAt == null && s.ExpiresAt > now).ToListAsync(cancellationToken), reason);
    }

    /// <summary>The live session and its user.</summary>
    public async Task<(Session Session, User User)?> FindLiveAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        return Live(await Joined(db.Sessions.Where(s => s.Id == sessionId)).FirstOrDefaultAsync(cancellationToken));
    }

    public async Task<(Session Session, User User)?> FindLiveByCookieAsync(string cookie, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        var hash = OpaqueToken.HashOf(cookie);
        return Live(await Joined(db.Sessions.Where(s => s.CookieHash == hash)).FirstOrDefaultAsync(cancellationToken));
    }

    /// <summary>Spends a refresh token for the next one. One that was spent before ends its whole family.</summary>
    /// <returns>Null when the token is unknown, over, or came back.</returns>
    public async Task<(OpenedSession Opened, User User)?> RotateAsync(string refreshToken, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        var (hash, now) = (OpaqueToken.HashOf(refreshToken), clock.GetUtcNow());
        var token = await db.RefreshTokens.AsNoTracking().FirstOrDefaultAsync(t => t.Hash == hash, cancellationToken);
        if (token is null || await FindLiveAsync(token.SessionId, cancellationToken) is not { } found)
        {
            return null;
        }

        // One statement decides between two that come at once; the loser is a copy as well.
        var spent = await db.RefreshTokens
            .Where(t => t.Hash == hash && t.UsedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.UsedAt, now), cancellationToken);
        if (spent == 0)
        {
            await RevokeAsync([found.Session], "refresh_token_reused", cancellationToken);
            return null;
        }

        if (token.ExpiresAt <= now)
        {
            return null;
        }

        var next = OpaqueToken.New();
        db.RefreshTokens.Add(RefreshToken.Of(found.Session, next, now));
        found.Session.ExpiresAt = now + options.Value.SessionLife;
        found.Session.LastSeenAt = now;
        await db.SaveChangesAsync(cancellationToken);
        return (new OpenedSession(found.Session, next), found.User);
    }

    /// <summary>The session at hand; null for keys, and once it has ended.</summary>
    public async Task<(Session Session, User User)?> FindAsync(Caller caller, CancellationToken cancellationToken)
        => caller is { Kind: Caller.PersonKind, SessionId: { } id } ? await FindLiveAsync(id, cancellationToken) : null;

    /// <summary>The session at hand where a request may come without one.</summary>
    public async Task<(Session Session, User User)?> FindOwnAsync(HttpContext context, CancellationToken cancellationToken)
        => context.CallerOrNull() is { } caller ? await FindAsync(caller, cancellationToken) : null;

    public async Task<IReadOnlyList<Session>> ListLiveAsync(Guid userId, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        var now = clock.GetUtcNow();
        return await db.Sessions
            .Where(s => s.UserId == userId && s.RevokedAt == null && s.ExpiresAt > now)
            .OrderByDescending(s => s.LastSeenAt).ThenByDescending(s => s.Id)
            .ToListAsync(cancellationToken);
    }

    /// <summary>
    /// Saves the unit of work, a change of the account, and ends the person's sessions but for one in the same transaction. Once the account
    /// is saved nobody can sign in by what it was: whoever was about to finds it changed, and whoever already has is ended here.
    /// </summary>
    public Task SaveAndEndAllAsync(Guid userId, Guid? except, string reason, CancellationToken cancellationToken)
        => db.InTransactionAsync(
            async () =>
            {
                await db.SaveChangesAsync(cancellationToken);
                await EndAllAsync(userId, except, reason, cancellationToken);
                await db.SaveChangesAsync(cancellationToken);
            },
            cancellationToken);

    /// <summary>Ends the person's sessions, but for one, with the unit of work. Of an account that lets nobody in any more.</summary>
    public async Task EndAllAsync(Guid userId, Guid? except, string reason, CancellationToken cancellationToken)
        => End([.. (await ListLiveAsync(userId, cancellationToken)).Where(s => s.Id != except)], reason);

    /// <summary>Ends the sessions and saves; the gateway hears of it by event.</summary>
    public Task RevokeAsync(IReadOnlyList<Session> sessions, string reason, CancellationToken cancellationToken)
    {
        End(sessions, reason);
        return db.SaveChangesAsync(cancellationToken);
    }

    private void End(IReadOnlyList<Session> sessions, string reason)
    {
        if (sessions.Count == 0)
        {
            return;
        }

        var now = clock.GetUtcNow();
        var type = reason == "signed_out" ? "user_logout" : "session_revoked";
        var lines = sessions.Select(s => AuthLog.Line(
            now, type, s.GroupId, s.UserId, new { sessionId = s.Id, reason })).ToList();
        foreach (var session in sessions)
        {
            session.RevokedAt = now;
        }

        db.Publish(new SessionsRevoked(
            Guid.CreateVersion7(now), now, origin.Current, lines, [.. sessions.Select(s => s.Id)], now + options.Value.AccessTokenLife + s_clockDifference));
    }

    private IQueryable<SessionOfUser> Joined(IQueryable<Session> sessions)
        => sessions.Join(db.Users.Where(u => u.DeletedAt == null), s => s.UserId, u => u.Id, (s, u) => new SessionOfUser { Session = s, User = u });

    private (Session Session, User User)? Live(SessionOfUser? found)
        => found is { User.LockedAt: null } && found.Session.IsLive(clock.GetUtcNow()) ? (found.Session, found.User) : null;

    private sealed class SessionOfUser
    {
        public required Session Session { get; init; }

        public required User User { get; init; }
    }
}
