using System.Globalization;
using System.Text.Json;

namespace OnePlatform.Ontology.Types.Schemas;

/// <summary>Holds a value against a schema.</summary>
internal sealed class SchemaCheck
{
    private const int MostFaults = 50;

    // Schemas of tenants can refer to others many times over; a check ends all the same.
    private const int MostSteps = 200_000;
    private const int Deepest = 400;

    private int _steps;
    private int _depth;

    public static IReadOnlyList<SchemaFault> Run(JsonSchema schema, JsonElement value, string root)
    {
        var (check, faults) = (new SchemaCheck(), new List<SchemaFault>());
        check.Run(schema, value, new Place(Parent: null, root), faults);
        if (check._steps > MostSteps)
        {
            faults.Add(new SchemaFault(root, "too_complex", "Holding this against its schema takes too many steps."));
        }

        return faults;
    }

    private void Run(JsonSchema schema, JsonElement value, Place? place, List<SchemaFault> faults)
    {
        if (faults.Count >= MostFaults || ++_steps > MostSteps)
        {
            return;
        }

        if (schema.RefusesAll)
        {
            Add(faults, place, "not_allowed", "Nothing is allowed here.");
            return;
        }

        if (_depth == Deepest)
        {
            _steps = MostSteps + 1;
            return;
        }

        if (schema.Kinds != JsonKinds.Any && (KindOf(value) & schema.Kinds) == 0)
        {
            Add(faults, place, "wrong_type", $"This must be {KindNames.Of(schema.Kinds)}.");
            return;
        }

        if (schema.Const is { } only && !JsonElement.DeepEquals(only, value))
        {
            Add(faults, place, "not_in_enum", $"This must be {only.GetRawText()}.");
        }

        if (schema.Enum is { } allowed && !allowed.Any(a => JsonElement.DeepEquals(a, value)))
        {
            Add(faults, place, "not_in_enum", $"This must be one of {string.Join(", ", allowed.Select(a => a.GetRawText()))}.");
        }

        _depth++;
        CheckByKind(schema, value, place, faults);
        CheckCombined(schema, value, place, faults);
        _depth--;
    }

    private bool Accepts(JsonSchema schema, JsonElement value)
    {
        var faults = new List<SchemaFault>();
        Run(schema, value, place: null, faults);
        return faults.Count == 0;
    }

    private void CheckByKind(JsonSchema schema, JsonElement value, Place? place, List<SchemaFault> faults)
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
        if (schema is { Minimum: null, Maximum: null, ExclusiveMinimum: null, ExclusiveMaximum: null, MultipleOf: null })
        {
            return;
        }

        var number = ExactNumber.Of(value);
        if (schema.Minimum?.CompareTo(number) > 0 || schema.Maximum?.CompareTo(number) < 0
            || schema.ExclusiveMinimum?.CompareTo(number) >= 0 || schema.ExclusiveMaximum?.CompareTo(number) <= 0)
        {
            Add(faults, place, "out_of_range", "This number is outside of the allowed range.");
        }

        if (schema.MultipleOf is { } step && !number.IsMultipleOf(step))
        {
            Add(faults, place, "not_a_multiple", "This is not a multiple of the step that is demanded.");
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

    private void CheckArray(JsonSchema schema, JsonElement value, Place? place, List<SchemaFault> faults)
    {
        var length = value.GetArrayLength();
        if (length < schema.MinItems || length > schema.MaxItems)
        {
            Add(faults, place, "wrong_length", "This list has too few or too many items.");
        }

        if (schema.UniqueItems && value.EnumerateArray().Distinct(DeepEquality.Instance).Count() < length)
        {
            Add(faults, place, "not_unique", "The items of this list must differ.");
        }

        if (schema.Contains is { } wanted && value.EnumerateArray().Count(item => Accepts(wanted, item)) is var found
            && (found < schema.MinContains || found > schema.MaxContains))
        {
            Add(faults, place, "wrong_contents", "This list has too few or too many items of the kind that is demanded.");
        }

        if (schema.PrefixItems.Length == 0 && schema.Items is null)
        {
            return;
        }

        foreach (var (i, item) in value.EnumerateArray().Index())
        {
            if ((i < schema.PrefixItems.Length ? schema.PrefixItems[i] : schema.Items) is { } itsSchema)
            {
                Run(itsSchema, item, At(place, i.ToString(CultureInfo.InvariantCulture)), faults);
            }
        }
    }

    private void CheckObject(JsonSchema schema, JsonElement value, Place? place, List<SchemaFault> faults)
    {
        if (schema.MinProperties > 0 || schema.MaxProperties < long.MaxValue)
        {
            var count = value.GetPropertyCount();
            if (count < schema.MinProperties || count > schema.MaxProperties)
            {
                Add(faults, place, "wrong_length", "This object has too few or too many members.");
            }
        }

        CheckNames(schema.Required, value, place, faults);
        foreach (var (name, needed) in schema.DependentRequired)
        {
            if (value.TryGetProperty(name, out _))
            {
                CheckNames(needed, value, place, faults);
            }
        }

        foreach (var (name, dependent) in schema.DependentSchemas)
        {
            if (value.TryGetProperty(name, out _))
            {
                Run(dependent, value, place, faults);
            }
        }

        if (schema is { Properties.Count: 0, PatternProperties.Length: 0, AdditionalProperties: null, PropertyNames: null })
        {
            return;
        }

        foreach (var member in value.EnumerateObject())
        {
            CheckMember(schema, member, place, faults);
        }
    }

    private static void CheckNames(string[] names, JsonElement value, Place? place, List<SchemaFault> faults)
    {
        foreach (var name in names)
        {
            if (!value.TryGetProperty(name, out _))
            {
                Add(faults, At(place, name), "required", $"The member '{name}' is missing.");
            }
        }
    }

    private void CheckMember(JsonSchema schema, JsonProperty member, Place? place, List<SchemaFault> faults)
    {
        if (schema.PropertyNames is { } names && !Accepts(names, JsonSerializer.SerializeToElement(member.Name)))
        {
            Add(faults, At(place, member.Name), "wrong_name", "A member may not have this name.");
        }

        var isKnown = schema.Properties.TryGetValue(member.Name, out var known);
        if (isKnown)
        {
            Run(known!, member.Value, At(place, member.Name), faults);
        }

        foreach (var (pattern, matching) in schema.PatternProperties)
        {
            if (pattern.IsMatch(member.Name))
            {
                isKnown = true;
                Run(matching, member.Value, At(place, member.Name), faults);
            }
        }

        if (!isKnown && schema.AdditionalProperties is { } others)
        {
            Run(others, member.Value, At(place, member.Name), faults);
        }
    }

    private void CheckCombined(JsonSchema schema, JsonElement value, Place? place, List<SchemaFault> faults)
    {
        if (schema.Reference?.Target is { } target)
        {
            Run(target, value, place, faults);
        }

        foreach (var part in schema.AllOf)
        {
            Run(part, value, place, faults);
        }

        if (schema.AnyOf.Length > 0 && !schema.AnyOf.Any(s => Accepts(s, value)))
        {
            Add(faults, place, "no_match", "This fits none of the allowed shapes.");
        }

        if (schema.OneOf.Length > 0 && schema.OneOf.Count(s => Accepts(s, value)) != 1)
        {
            Add(faults, place, "no_match", "This must fit exactly one of the allowed shapes.");
        }

        if (schema.Not is { } refused && Accepts(refused, value))
        {
            Add(faults, place, "not_allowed", "This shape is not allowed here.");
        }

        if (schema.If is { } condition && (Accepts(condition, value) ? schema.Then : schema.Else) is { } consequence)
        {
            Run(consequence, value, place, faults);
        }
    }

    private static JsonKinds KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonKinds.Null,
        JsonValueKind.True or JsonValueKind.False => JsonKinds.Boolean,
        // 1.0 is an integer to the specification, and so is a number that no machine type holds.
        JsonValueKind.Number => value.TryGetInt64(out _) || ExactNumber.Of(value).IsWhole ? JsonKinds.Integer : JsonKinds.Number & ~JsonKinds.Integer,
        JsonValueKind.String => JsonKinds.String,
        JsonValueKind.Array => JsonKinds.Array,
        _ => JsonKinds.Object,
    };

    private static Place? At(Place? place, string step) => place is null ? null : new Place(place, step);

    private static void Add(List<SchemaFault> faults, Place? place, string code, string detail)
        => faults.Add(new SchemaFault(place?.Pointer ?? "", code, detail));
}
