using System.Text.Json;
using OnePlatform.Contracts;

namespace OnePlatform.Identity.Accounts;

/// <summary>Lines about people and their ways in for the event log. Addresses and reasons, never a password, token or code.</summary>
internal static class AuthLog
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    public static LogLine Line(DateTimeOffset now, string type, Guid? groupId, Guid? personId, object metadata)
        => new(Guid.CreateVersion7(now), groupId, type, now, personId, "person", JsonSerializer.SerializeToElement(metadata, s_json));

    /// <summary>The person who has just proven to be one is the actor, though the request came without a credential.</summary>
    public static EventOrigin By(this EventOrigin origin, Guid personId) => origin with { ActorKind = ActorKinds.Person, ActorId = personId };
}
