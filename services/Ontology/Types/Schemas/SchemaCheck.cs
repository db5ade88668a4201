using System.Globalization;
using System.Text.Json;

namespace OnePlatform.Ontology.Types.Schemas;

/// <summary>Holds a value against a schema.</summary>
internal static class SchemaCheck
{
    private const int MostFaults = 50;

    public static void Run(JsonSchema schema, JsonElement value, Place? place, List<SchemaFault> faults)
    {
        if (faults.Count >= MostFaults)
        {
            return;
        }

        if (schema.RefusesAll)
        {
            Add(faults, place, "not_allowed", "Nothing is allowed here.");
            return;
        }

        if ((KindOf(value) & schema.Kinds) == 0)
        {
            Add(faults, place, "wrong_type", $"This must be {NameOf(schema.Kinds)}.");
            return;
        }

        if (schema.Enum is { } allowed && !allowed.Any(a => JsonElement.DeepEquals(a, value)))
        {
            Add(faults, place, "not_in_enum", $"This must be one of {string.Join(", ", allowed.Select(a => a.GetRawText()))}.");
        }

        CheckByKind(schema, value, place, faults);
        CheckCombined(schema, value, place, faults);
    }

    private static void CheckByKind(JsonSchema schema, JsonElement value, Place? place, List<SchemaFault> faults)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                CheckNumber(schema, value, place, faults);
                break;
            case JsonValueKind.String:
                CheckString(schema, value.GetString()!, place, faults);
                break;
            case JsonValueKind.Array:
                CheckArray(schema, value, place, faults);
                break;
            case JsonValueKind.Object:
                CheckObject(schema, value, place, faults);
                break;
        }
    }

    private static void CheckNumber(JsonSchema schema, JsonElement value, Place? place, List<SchemaFault> faults)
    {
        var number = value.GetDouble();
        if (number < schema.Minimum || number > schema.Maximum || number <= schema.ExclusiveMinimum || number >= schema.ExclusiveMaximum)
        {
            Add(faults, place, "out_of_range", "This number is outside of the allowed range.");
        }

        if (schema.MultipleOf is { } step && !(value.TryGetDecimal(out var exact) && exact % step == 0))
        {
            Add(faults, place, "not_a_multiple", $"This must be a multiple of {step.ToString(CultureInfo.InvariantCulture)}.");
        }
    }

    private static void CheckString(JsonSchema schema, string text, Place? place, List<SchemaFault> faults)
    {
        if (schema.MinLength > 0 || schema.MaxLength < text.Length)
        {
            // The specification counts characters, not UTF-16 units.
            var length = text.EnumerateRunes().Count();
            if (length < schema.MinLength || length > schema.MaxLength)
            {
                Add(faults, place, "wrong_length", "This text is too short or too long.");
            }
        }

        if (schema.Pattern is { } pattern && !pattern.IsMatch(text))
        {
            Add(faults, place, "wrong_pattern", $"This must match {pattern}.");
        }
    }

    private static void CheckArray(JsonSchema schema, JsonElement value, Place? place, List<SchemaFault> faults)
    {
        var length = value.GetArrayLength();
        if (length < schema.MinItems || length > schema.MaxItems)
        {
            Add(faults, place, "wrong_length", "This list has too few or too many items.");
        }

        if (schema.UniqueItems && HasTwins(value))
        {
            Add(faults, place, "not_unique", "The items of this list must differ.");
        }

        for (var i = 0; i < length && (i < schema.PrefixItems.Length || schema.Items is not null); i++)
        {
            var item = i < schema.PrefixItems.Length ? schema.PrefixItems[i] : schema.Items!;
            Run(item, value[i], At(place, i.ToString(CultureInfo.InvariantCulture)), faults);
        }
    }

    private static void CheckObject(JsonSchema schema, JsonElement value, Place? place, List<SchemaFault> faults)
    {
        if (schema.MinProperties > 0 || schema.MaxProperties < long.MaxValue)
        {
            var count = value.GetPropertyCount();
            if (count < schema.MinProperties || count > schema.MaxProperties)
            {
                Add(faults, place, "wrong_length", "This object has too few or too many members.");
            }
        }

        foreach (var name in schema.Required)
        {
            if (!value.TryGetProperty(name, out _))
            {
                Add(faults, At(place, name), "required", $"The member '{name}' is missing.");
            }
        }

        if (schema.Properties.Count == 0 && schema.AdditionalProperties is null)
        {
            return;
        }

        foreach (var member in value.EnumerateObject())
        {
            if (schema.Properties.GetValueOrDefault(member.Name, schema.AdditionalProperties!) is { } known)
            {
                Run(known, member.Value, At(place, member.Name), faults);
            }
        }
    }

    private static void CheckCombined(JsonSchema schema, JsonElement value, Place? place, List<SchemaFault> faults)
    {
        foreach (var part in schema.AllOf)
        {
            Run(part, value, place, faults);
        }

        if (schema.AnyOf.Length > 0 && !schema.AnyOf.Any(s => s.Accepts(value)))
        {
            Add(faults, place, "no_match", "This fits none of the allowed shapes.");
        }

        if (schema.OneOf.Length > 0 && schema.OneOf.Count(s => s.Accepts(value)) != 1)
        {
            Add(faults, place, "no_match", "This must fit exactly one of the allowed shapes.");
        }

        if (schema.Not?.Accepts(value) == true)
        {
            Add(faults, place, "not_allowed", "This shape is not allowed here.");
        }
    }

    private static bool HasTwins(JsonElement list)
    {
        var items = list.EnumerateArray().ToList();
        return items.Where((item, i) => items.Take(i).Any(other => JsonElement.DeepEquals(item, other))).Any();
    }

    private static JsonKinds KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonKinds.Null,
        JsonValueKind.True or JsonValueKind.False => JsonKinds.Boolean,
        JsonValueKind.Number => IsWhole(value) ? JsonKinds.Integer : JsonKinds.Number & ~JsonKinds.Integer,
        JsonValueKind.String => JsonKinds.String,
        JsonValueKind.Array => JsonKinds.Array,
        _ => JsonKinds.Object,
    };

    // 1.0 is an integer to the specification.
    private static bool IsWhole(JsonElement number)
        => number.TryGetInt64(out _) || Math.IEEERemainder(number.GetDouble(), 1) == 0;

    private static string NameOf(JsonKinds kinds) => string.Join(" or ", System.Enum.GetValues<JsonKinds>()
        .Where(k => k is not (JsonKinds.None or JsonKinds.Any) && kinds.HasFlag(k) && !(k == JsonKinds.Integer && kinds.HasFlag(JsonKinds.Number)))
        .Select(k => k switch
        {
            JsonKinds.Null => "null",
            JsonKinds.Boolean => "true or false",
            JsonKinds.Integer => "a whole number",
            JsonKinds.Number => "a number",
            JsonKinds.String => "a text",
            JsonKinds.Array => "a list",
            _ => "an object",
        }));

    private static Place? At(Place? place, string step) => place is null ? null : new Place(place, step);

    private static void Add(List<SchemaFault> faults, Place? place, string code, string detail)
        => faults.Add(new SchemaFault(place?.Pointer ?? "", code, detail));
}
