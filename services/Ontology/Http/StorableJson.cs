using System.Runtime.InteropServices;
using System.Text.Json;

namespace OnePlatform.Ontology.Http;

/// <summary>Free-form JSON of a caller: what the database can hold, and a later merge patch can reach.</summary>
internal static class StorableJson
{
    // The text index of a row has a limit of its own, which more than this could pass.
    public const int MostBytes = 256 * 1024;

    private const int Deepest = 28;
    private const double Largest = 1e300;

    /// <returns>What is wrong with <paramref name="value"/>, or null.</returns>
    public static string? FaultOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return "This must be an object.";
        }

        var bytes = JsonMarshal.GetRawUtf8Value(value);
        return bytes.Length > MostBytes ? $"This has more than {MostBytes} bytes." : FaultOf(bytes);
    }

    private static string? FaultOf(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        while (reader.Read())
        {
            if (reader.CurrentDepth > Deepest)
            {
                return $"This nests deeper than {Deepest}.";
            }

            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped && !IsText(ref reader))
            {
                return "This holds a character that cannot be stored.";
            }

            if (reader.TokenType == JsonTokenType.Number && !(Math.Abs(reader.GetDouble()) <= Largest && reader.ValueSpan.Length <= 100))
            {
                return "This holds a number that is too large.";
            }
        }

        return null;
    }

    /// <summary>JSON can spell U+0000 and halves of a surrogate pair; the database can hold neither.</summary>
    private static bool IsText(ref Utf8JsonReader reader)
    {
        try
        {
            return !reader.GetString()!.Contains('\0');
        }
        catch (InvalidOperationException)
        {
            // How the reader says that half of a surrogate pair is missing.
            return false;
        }
    }
}
