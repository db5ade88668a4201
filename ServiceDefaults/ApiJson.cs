using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace OnePlatform.ServiceDefaults;

/// <summary>How the public API writes and reads JSON: camelCase, absent instead of null, unknown members refused, UTC milliseconds.</summary>
public static class ApiJson
{
    /// <summary>Shared and read-only.</summary>
    public static JsonSerializerOptions Options { get; } = MakeOptions();

    internal static void AddApiJson(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json => Apply(json.SerializerOptions));
        // A body that cannot be read throws, so that the exception handler can name the member at fault.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
    }

    /// <summary>Sets the rules on <paramref name="options"/>.</summary>
    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.DictionaryKeyPolicy = null;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.MaxDepth = 64;
        options.AllowDuplicateProperties = false;
        options.RespectRequiredConstructorParameters = false;
        options.TypeInfoResolver = (options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(NullItems.Refuse);
        options.Converters.Add(new MillisecondTimeConverter());
        options.Converters.Add(new DocumentConverter());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
    }

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Apply(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}

/// <summary>RFC 3339 in UTC with exactly three decimals, <c>2026-01-31T12:00:00.000Z</c>; reads any offset.</summary>
internal sealed class MillisecondTimeConverter : JsonConverter<DateTimeOffset>
{
    private const int ToTheMillisecond = 23;

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.TryGetDateTimeOffset(out var time)
            ? time.ToUniversalTime()
            : throw new JsonException("A time must be an RFC 3339 timestamp, for example 2026-01-31T12:00:00.000Z.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        // The round-trip format, which has seven decimals, has a way of its own through the framework; a format of ours costs four times as much.
        Span<byte> text = stackalloc byte[28];
        value.UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[ToTheMillisecond] = (byte)'Z';
        writer.WriteStringValue(text[..(ToTheMillisecond + 1)]);
    }
}

/// <summary>Documents of no fixed shape go out as they were read: to write each token anew makes a list of them some percent dearer.</summary>
internal sealed class DocumentConverter : JsonConverter<JsonElement>
{
    // Without this converter, and with the rule that no name comes twice.
    private static readonly JsonSerializerOptions s_reading = new() { AllowDuplicateProperties = false };

    public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => JsonSerializer.Deserialize<JsonElement>(ref reader, s_reading);

    public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options)
    {
        // Over several lines it would break what has a line for each row; an undefined one has no text, and fails as it always does.
        if (value.ValueKind != JsonValueKind.Undefined && JsonMarshal.GetRawUtf8Value(value) is var text && !text.ContainsAny((byte)'\n', (byte)'\r'))
        {
            writer.WriteRawValue(text, skipInputValidation: true);
        }
        else
        {
            value.WriteTo(writer);
        }
    }
}
