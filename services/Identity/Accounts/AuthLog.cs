using System.Text.Json;
using OnePlatform.Contracts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Identity.Data;
using OnePlatform.Messaging;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.Accounts;

/// <summary>
/// Writes about people and their ways in to the event log, with the unit of work. Addresses and reasons, never a password, token or code.
/// </summary>
internal sealed class AuthLog(IdentityDb db, RequestOrigin origin, TimeProvider clock)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    public static LogLine Line(DateTimeOffset now, string type, Guid? groupId, Guid? personId, object metadata)
        => new(Guid.CreateVersion7(now), groupId, type, now, personId, "person", JsonSerializer.SerializeToElement(metadata, s_json));

    /// <summary>Done by whoever made the request.</summary>
    public void Add(string type, Guid? personId, object metadata, Guid? groupId = null) => db.Publish(Of(origin.Current, type, personId, metadata, groupId));

    /// <summary>Done by the person, who has just proven to be one, though the request may have come without a credential.</summary>
    public void AddBy(Guid personId, string type, object metadata, Guid? groupId = null)
        => db.Publish(By(personId, type, metadata, groupId));

    /// <summary>The same, for who writes it by SQL.</summary>
    public ActivityLogged By(Guid personId, string type, object metadata, Guid? groupId) => Of(origin.Current.By(personId), type, personId, metadata, groupId);

    /// <summary>The person changed something that other services keep a copy of.</summary>
    public void AddChange(User user, string type, object metadata, Guid? groupId = null)
    {
        var now = user.UpdatedAt;
        db.Publish(new UserChanged(
            Guid.CreateVersion7(now), now, origin.Current.By(user.Id), [Line(now, type, groupId, user.Id, metadata)], user.Snapshot()));
    }

    /// <summary>Somebody has failed to sign in. An address without an account is not written down: people type passwords into the wrong field.</summary>
    /// <param name="user">Whose account it was; null when it is not known.</param>
    /// <param name="reason">The code of the refusal.</param>
    /// <param name="provider">Of a sign-in by one.</param>
    public void AddFailure(User? user, string reason, string? provider = null)
        => Add("user_login_failed", user?.Id, new { email = user?.Email, reason, provider });

    private ActivityLogged Of(EventOrigin by, string type, Guid? personId, object metadata, Guid? groupId)
    {
        var now = clock.GetUtcNow();
        return new ActivityLogged(Guid.CreateVersion7(now), now, by, [Line(now, type, groupId, personId, metadata)]);
    }
}

internal static class EventOrigins
{
    /// <summary>The person is the actor.</summary>
    public static EventOrigin By(this EventOrigin origin, Guid personId) => origin with { ActorKind = ActorKinds.Person, ActorId = personId };
}
