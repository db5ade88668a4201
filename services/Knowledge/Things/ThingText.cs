using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using OnePlatform.Knowledge.Reading;
using OnePlatform.Ontology.Contracts;

namespace OnePlatform.Knowledge.Things;

/// <summary>What a thing says: its name and the texts among its properties, a blank line between them.</summary>
internal static partial class ThingText
{
    private const int MostCharacters = 200_000;

    public static string Of(ThingSnapshot thing)
    {
        var text = new StringBuilder(thing.Name.Trim());
        var said = new HashSet<string>(StringComparer.Ordinal) { thing.Name.Trim() };
        Collect(thing.Properties, text, said);
        return PlainText.Storable(text.ToString());
    }

    private static void Collect(JsonElement value, StringBuilder text, HashSet<string> said)
    {
        if (text.Length >= MostCharacters)
        {
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    Collect(member.Value, text, said);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Collect(item, text, said);
                }

                break;
            case JsonValueKind.String when value.GetString()!.Trim() is var words && IsText(words) && said.Add(words):
                text.Append("\n\n").Append(words.AsSpan(0, Math.Min(words.Length, MostCharacters)));
                break;
        }
    }

    // Ids, addresses and times are for programs; nobody asks a question in their words.
    private static bool IsText(string value) => value.Any(char.IsLetter) && !NotText().IsMatch(value);

    [GeneratedRegex(@"^(https?://\S+|[\w.+-]+@[\w-]+\.\S+|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\d{4}-\d\d-\d\dT\S+)$")]
    private static partial Regex NotText();
}
