using System.Text.Json;
using System.Text.Json.Serialization;

namespace OnePlatform.Messaging;

/// <summary>How events are written to the outbox and read back: camelCase, absent instead of null.</summary>
public static class MessageJson
{
    /// <summary>Shared and read-only.</summary>
    public static JsonSerializerOptions Options { get; } = Make();

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
