using OnePlatform.Contracts;

namespace OnePlatform.Identity.Contracts;

/// <summary>An invitation is on its way by mail, with a link of its own; whoever follows it states a secret with this hash.</summary>
/// <param name="TokenHash">SHA-256 in lower-case hexadecimal. The secret itself is in the mail and nowhere else.</param>
public sealed record InvitationMailed(Guid EventId, DateTimeOffset OccurredAt, Guid InvitationId, Guid GroupId, string TokenHash) : IIntegrationEvent;
