using System.Text.Json;
using OnePlatform.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Webhooks;

/// <summary>What happens to webhooks, as lines of the log that they are sent from.</summary>
internal static class WebhookEvents
{
    public const string Created = "webhook_created";
    public const string Updated = "webhook_updated";
    public const string Deleted = "webhook_deleted";
    public const string SecretRotated = "webhook_secret_rotated";
    public const string Disabled = "webhook_disabled";

    public static readonly string[] All = [Created, Updated, Deleted, SecretRotated, Disabled];

    /// <param name="url">Without its path and query, where receivers like to put credentials.</param>
    public static ActivityLogged Of(string type, Guid webhook, Guid group, string url, long? version, string? reason, EventOrigin origin, DateTimeOffset now)
    {
        var metadata = new { EntityType = "webhook", Host = new Uri(url).Host, Reason = reason };
        var line = new LogLine(
            Guid.CreateVersion7(now), group, type, now, webhook, "webhook", JsonSerializer.SerializeToElement(metadata, ApiJson.Options),
            TargetVersion: version);
        return new ActivityLogged(Guid.CreateVersion7(now), now, origin, [line]);
    }
}
