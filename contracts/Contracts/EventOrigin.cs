namespace OnePlatform.Contracts;

/// <summary>Who caused an event and by which request.</summary>
/// <param name="ActorKind">One of <see cref="ActorKinds"/>.</param>
/// <param name="ActorId">The person or API key; null for the system and for anonymous callers.</param>
/// <param name="OnBehalfOf">The person a key or agent acts for.</param>
/// <param name="RequestId">The <c>X-Request-Id</c> of the request.</param>
/// <param name="TraceId">W3C trace id, 32 hexadecimal digits.</param>
/// <param name="Ip">Address of the client.</param>
/// <param name="UserAgent">As the client stated it, at most 256 characters.</param>
public sealed record EventOrigin(
    string ActorKind,
    Guid? ActorId = null,
    Guid? OnBehalfOf = null,
    string? RequestId = null,
    string? TraceId = null,
    string? Ip = null,
    string? UserAgent = null)
{
    /// <summary>A job or a reaction to another event.</summary>
    public static EventOrigin System { get; } = new(ActorKinds.System);
}

/// <summary>The kinds of actor an event can name.</summary>
public static class ActorKinds
{
    /// <summary>A signed-in person.</summary>
    public const string Person = "person";

    /// <summary>An API key.</summary>
    public const string Key = "key";

    /// <summary>The platform itself.</summary>
    public const string System = "system";

    /// <summary>An AI agent acting through a tool protocol.</summary>
    public const string Agent = "agent";
}
