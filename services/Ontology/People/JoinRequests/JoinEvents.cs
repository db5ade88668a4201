using System.Text.Json;
using OnePlatform.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.People.JoinRequests;

/// <summary>What the log hears of requests to join; the message stays out of it.</summary>
internal static class JoinEvents
{
    public static ActivityLogged Asked(JoinRequest request, EventOrigin origin, DateTimeOffset now)
        => Line(request, "join_requested", new { Role = RoleNames.NameOf(Role.Customer) }, origin, now);

    public static ActivityLogged Approved(JoinRequest request, EventOrigin origin, DateTimeOffset now)
        => Line(request, "join_request_approved", new { request.Role }, origin, now);

    public static ActivityLogged Rejected(JoinRequest request, EventOrigin origin, DateTimeOffset now)
        => Line(request, "join_request_rejected", new { }, origin, now);

    private static ActivityLogged Line(JoinRequest request, string type, object metadata, EventOrigin origin, DateTimeOffset now) => new(
        Guid.CreateVersion7(now), now, origin,
        [new LogLine(Guid.CreateVersion7(now), request.GroupId, type, now, request.PersonId, "person", JsonSerializer.SerializeToElement(metadata, ApiJson.Options))]);
}
