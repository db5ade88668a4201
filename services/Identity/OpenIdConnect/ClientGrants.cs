using System.Security.Claims;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.OpenIdConnect.Clients;
using OnePlatform.Identity.Sessions;
using OnePlatform.ServiceDefaults;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OnePlatform.Identity.OpenIdConnect;

/// <summary>What goes into a client's tokens. Null from each method: the grant is no longer good.</summary>
internal sealed class ClientGrants(
    IdentityDb db,
    IOpenIddictTokenManager tokens,
    SessionStore sessions,
    SessionGate gate,
    ClientSessions clientSessions,
    ClientIssuer issuer,
    AuthLog log,
    TimeProvider clock)
{
    // The person's own session, which the client's will come from.
    private const string OwnSession = "own_sid";

    /// <summary>For a code. The client's session gets its id here, so that a code which comes back leads to it.</summary>
    public ClaimsPrincipal ForCode(Session own, IEnumerable<string> scopes)
    {
        var identity = NewIdentity(own.UserId, scopes);
        identity.SetClaim(ClientSessions.Claim, Guid.CreateVersion7(clock.GetUtcNow()).ToString());
        identity.SetClaim(OwnSession, own.Id.ToString());
        return new ClaimsPrincipal(identity);
    }

    public async Task<ClaimsPrincipal?> RedeemCodeAsync(ClaimsPrincipal code, Client client, CancellationToken cancellationToken)
    {
        if (!await SpendAsync(code, cancellationToken)
            || ClientSessions.IdOf(code) is not { } id
            || !Guid.TryParse(code.GetClaim(OwnSession), out var ownId)
            || await sessions.FindLiveAsync(ownId, cancellationToken) is not var (own, user)
            || gate.PassOn(own, user, id, client.Id, client.DisplayName ?? client.ClientId!) is not { } session)
        {
            return null;
        }

        log.AddBy(user.Id, "user_login", new { email = user.Email, clientId = client.ClientId, sessionId = session.Id }, session.GroupId);
        await db.SaveChangesAsync(cancellationToken);
        return ForPerson(session, user, code.GetScopes());
    }

    public async Task<ClaimsPrincipal?> RefreshAsync(ClaimsPrincipal refreshToken, IReadOnlyCollection<string> scopes, CancellationToken cancellationToken)
    {
        if (!await SpendAsync(refreshToken, cancellationToken)
            || await clientSessions.FindAsync(refreshToken, cancellationToken) is not var (session, user))
        {
            return null;
        }

        await sessions.ProlongAsync(session, cancellationToken);
        return ForPerson(session, user, scopes.Count > 0 ? scopes : refreshToken.GetScopes());
    }

    /// <summary>For a client that acts for itself.</summary>
    public ClaimsPrincipal ForClient(Client client, IReadOnlyCollection<string> scopes)
    {
        var identity = NewIdentity(client.Id, scopes);
        identity.SetClaim(TokenClaims.Kind, Caller.KeyKind);
        identity.SetDestinations(static _ => [Destinations.AccessToken]);
        return new ClaimsPrincipal(identity);
    }

    public Task<Client?> FindClientAsync(string? clientId, CancellationToken cancellationToken)
        => db.Clients.AsNoTracking().FirstOrDefaultAsync(c => c.ClientId == clientId, cancellationToken);

    private ClaimsPrincipal ForPerson(Session session, User user, IEnumerable<string> scopes)
    {
        var identity = NewIdentity(user.Id, scopes);
        identity.SetClaim(ClientSessions.Claim, session.Id.ToString());
        identity.SetClaim(Claims.AuthenticationTime, session.AuthenticatedAt.ToUnixTimeSeconds());
        // Clients expect a list, also of one.
        identity.AddClaim(new Claim(Claims.AuthenticationMethodReference, JsonSerializer.Serialize(session.Methods), JsonClaimValueTypes.JsonArray));
        if (identity.HasScope(Scopes.Profile))
        {
            identity.SetClaim(Claims.Name, user.Name);
        }

        if (identity.HasScope(Scopes.Email))
        {
            identity.SetClaim(Claims.Email, user.Email);
            identity.SetClaim(Claims.EmailVerified, user.EmailVerified);
        }

        // The access token names the person and the session; who needs more asks userinfo.
        identity.SetDestinations(static claim => claim.Type is Claims.Subject or ClientSessions.Claim
            ? [Destinations.AccessToken, Destinations.IdentityToken]
            : claim.Type is Claims.AuthenticationTime or Claims.AuthenticationMethodReference or Claims.Name or Claims.Email or Claims.EmailVerified
                ? [Destinations.IdentityToken]
                : []);
        return new ClaimsPrincipal(identity);
    }

    private ClaimsIdentity NewIdentity(Guid subject, IEnumerable<string> scopes)
    {
        var identity = new ClaimsIdentity("client", Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, subject.ToString());
        identity.SetScopes(scopes);
        identity.SetResources(issuer.Name);
        return identity;
    }

    // The library lets two refreshes through that come at the same moment. Here one wins, and the other is a copy.
    private async Task<bool> SpendAsync(ClaimsPrincipal principal, CancellationToken cancellationToken)
    {
        if (principal.GetTokenId() is { } id
            && await tokens.FindByIdAsync(id, cancellationToken) is { } token
            && await tokens.TryRedeemAsync(token, cancellationToken))
        {
            return true;
        }

        await clientSessions.EndAsync(principal, "client_token_reused", cancellationToken);
        return false;
    }
}
