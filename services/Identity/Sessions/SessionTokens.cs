using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Memberships;
using OnePlatform.Identity.Tokens;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Sessions;

/// <summary>Access tokens of sessions, and the answers that carry them.</summary>
internal sealed class SessionTokens(AccessTokens tokens, GroupEntry entry)
{
    public SignedInResponse Respond(OpenedSession opened, User user, Standing? standing)
    {
        var access = tokens.Sign(SubjectOf(opened.Session, user, standing));
        return new SignedInResponse(
            UserResponse.Of(user),
            SessionResponse.Of(opened.Session, opened.Session.Id),
            access.Text,
            opened.Refresh.Text,
            access.ExpiresAt,
            opened.Session.ExpiresAt,
            ActingGroupResponse.Of(standing));
    }

    public AccessTokenResponse RespondInGroup(Session session, User user, Standing standing)
    {
        var access = tokens.Sign(SubjectOf(session, user, standing));
        return new AccessTokenResponse(access.Text, access.ExpiresAt, ActingGroupResponse.Of(standing));
    }

    public TokenSubject SubjectOf(Session session, User user, Standing? standing)
        => new(user.Id, Caller.PersonKind, standing?.GroupId, RoleOf(user, standing), "*")
        {
            SessionId = session.Id,
            Assurance = session.Assurance,
            Methods = session.Methods,
        };

    public Role RoleOf(User user, Standing? standing)
        => standing?.Role ?? (entry.IsPlatformOwner(user) ? Role.PlatformOwner : Role.None);
}
