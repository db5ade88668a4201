using System.Text.Json;
using OnePlatform.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.ApiKeys;

/// <summary>What the event log says of a key: never the key.</summary>
internal static class KeyLog
{
    public static LogLine Line(DateTimeOffset now, string type, ApiKey key, object metadata, IReadOnlyDictionary<string, FieldChange>? changes = null)
        => new(Guid.CreateVersion7(now), key.GroupId, type, now, key.Id, "api_key", JsonSerializer.SerializeToElement(metadata, ApiJson.Options), changes, key.Version);
}
