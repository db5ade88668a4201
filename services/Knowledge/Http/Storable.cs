using System.Text.Json;
using OnePlatform.Knowledge.Reading;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Http;

/// <summary>What callers write freely: labels and metadata, as the database can hold them.</summary>
internal static class Storable
{
    private const int MostLabels = 50;
    private const int LongestLabel = 100;
    private const int LargestMetadata = 64 * 1024;
    private const int Deepest = 28;

    /// <summary>Trimmed, each once, in the order given.</summary>
    public static string[] Labels(IReadOnlyList<string>? labels, string pointer, List<ProblemError> faults)
    {
        var clean = (labels ?? []).Select(l => PlainText.Storable((l ?? "").Trim())).Distinct(StringComparer.Ordinal).ToArray();
        if (clean.Length > MostLabels || clean.Any(l => l.Length is 0 or > LongestLabel))
        {
            faults.Add(new ProblemError(pointer, "invalid", $"At most {MostLabels} labels, each of 1 to {LongestLabel} characters."));
        }

        return clean;
    }

    /// <summary>The object's JSON, <c>{}</c> for none.</summary>
    public static string Metadata(JsonElement? metadata, List<ProblemError> faults)
    {
        if (metadata is not { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } value)
        {
            return "{}";
        }

        var json = value.GetRawText();
        if (value.ValueKind != JsonValueKind.Object || json.Length > LargestMetadata || !IsStorable(value, 0))
        {
            faults.Add(new ProblemError("/metadata", "invalid", $"An object of at most {LargestMetadata} characters, {Deepest} levels and storable text."));
            return "{}";
        }

        return json;
    }

    private static bool IsStorable(JsonElement value, int depth) => depth <= Deepest && value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().All(member => IsText(() => member.Name) && IsStorable(member.Value, depth + 1)),
        JsonValueKind.Array => value.EnumerateArray().All(item => IsStorable(item, depth + 1)),
        JsonValueKind.String => IsText(value.GetString),
        JsonValueKind.Number => Math.Abs(value.GetDouble()) <= 1e300 && value.GetRawText().Length <= 100,
        _ => true,
    };

    private static bool IsText(Func<string?> read)
    {
        try
        {
            return !read()!.Contains('\0');
        }
        catch (InvalidOperationException)
        {
            // How the reader says that half of a surrogate pair is missing.
            return false;
        }
    }
}
