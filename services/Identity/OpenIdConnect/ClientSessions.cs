using System.Security.Claims;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Sessions;
using OnePlatform.Messaging;
using OnePlatform.Tenancy;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OnePlatform.Identity.OpenIdConnect;

/// <summary>The sessions that clients hold for people: each sign-in at a client is one, in the person's list and ended like any other.</summary>
internal sealed class ClientSessions(IdentityDb db, SessionStore sessions, RequestOrigin origin, TimeProvider clock)
{
    /// <summary>The session that a token belongs to.</summary>
    public const string Claim = "sid";

    public static Guid? IdOf(ClaimsPrincipal principal) => Guid.TryParse(principal.GetClaim(Claim), out var id) ? id : null;

    /// <summary>The live session of a token, and its person.</summary>
    public async Task<(Session Session, User User)?> FindAsync(ClaimsPrincipal principal, CancellationToken cancellationToken)
        => IdOf(principal) is { } id
            && await sessions.FindLiveAsync(id, cancellationToken) is var (session, user)
            && session.ClientId is not null
            && principal.GetClaim(Claims.Subject) == user.Id.ToString()
            ? (session, user)
            : null;

    /// <summary>Ends the session of a token, if there still is one.</summary>
    public async Task EndAsync(ClaimsPrincipal principal, string reason, CancellationToken cancellationToken)
    {
        if (await FindAsync(principal, cancellationToken) is var (session, _))
        {
            await sessions.RevokeAsync([session], reason, cancellationToken);
        }
    }

    /// <summary>Has the gateway ask anew about a client that acts for itself.</summary>
    public async Task ForgetClientAsync(ClaimsPrincipal principal, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(principal.GetClaim(Claims.Subject), out var id) && await db.Clients.FindAsync([id], cancellationToken) is { } client)
        {
            var now = clock.GetUtcNow();
            var line = AuthLog.Line(now, "oidc_token_revoked", client.GroupId, personId: null, new { clientId = client.ClientId });
            db.Publish(new ApiKeysChanged(Guid.CreateVersion7(now), now, origin.Current, [line], [id]));
            await db.SaveChangesAsync(cancellationToken);
        }
    }
}
