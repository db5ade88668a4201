using System.Text.Json;
using System.Text.RegularExpressions;

namespace OnePlatform.Ontology.Types.Schemas;

/// <summary>Compiles JSON Schema 2020-12. A keyword that this build does not check is refused, never passed over.</summary>
internal sealed class JsonSchemaReader
{
    public const string Dialect = "https://json-schema.org/draft/2020-12/schema";

    private const int MostReferences = 300;

    // Annotations of the specification: they describe and assert nothing.
    private static readonly HashSet<string> s_annotations = new(StringComparer.Ordinal)
    {
        "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "format",
        "contentEncoding", "contentMediaType", "contentSchema",
    };

    private static readonly HashSet<string> s_assertions = new(StringComparer.Ordinal)
    {
        "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
        "minItems", "maxItems", "uniqueItems", "prefixItems", "items", "contains", "minContains", "maxContains", "minProperties", "maxProperties",
        "properties", "patternProperties", "additionalProperties", "propertyNames", "required", "dependentRequired", "dependentSchemas",
        "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "$ref", "$defs",
    };

    // These name the document as a whole; further down they would move what a reference means.
    private static readonly HashSet<string> s_ofRoot = new(StringComparer.Ordinal) { "$schema", "$id" };

    private readonly JsonElement _root;
    private readonly Dictionary<string, JsonSchema> _read = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (SchemaReference Reference, string Place)> _references = new(StringComparer.Ordinal);

    private JsonSchemaReader(JsonElement root) => _root = root;

    /// <exception cref="SchemaFormatException">Not a schema this build can check; it says where and why.</exception>
    public static JsonSchema Read(JsonElement schema)
    {
        var reader = new JsonSchemaReader(schema);
        var root = reader.Read(schema, "");
        reader.Resolve();
        SchemaLoops.Refuse(reader._read);
        return root;
    }

    private JsonSchema Read(JsonElement schema, string pointer)
    {
        if (_read.TryGetValue(pointer, out var known))
        {
            return known;
        }

        var made = schema.ValueKind switch
        {
            JsonValueKind.True or JsonValueKind.False => new JsonSchema { RefusesAll = schema.ValueKind == JsonValueKind.False },
            JsonValueKind.Object => Compile(schema, pointer),
            _ => throw new SchemaFormatException(pointer, "A schema is an object or a boolean."),
        };
        _read[pointer] = made;
        return made;
    }

    private JsonSchema Compile(JsonElement schema, string pointer)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            if (!s_annotations.Contains(keyword.Name) && !s_assertions.Contains(keyword.Name) && !(pointer.Length == 0 && s_ofRoot.Contains(keyword.Name)))
            {
                throw new SchemaFormatException($"{pointer}/{Place.Escape(keyword.Name)}", "This keyword is not supported here.");
            }
        }

        var of = new SchemaKeywords(schema, pointer);
        of.Take("$schema", value => value.GetString() == Dialect ? value : throw new ArgumentException($"The dialect is {Dialect}."));
        Named(schema, "$defs", pointer);
        return new JsonSchema
        {
            Kinds = of.Take("type", KindsOf) ?? JsonKinds.Any,
            Const = of.Take("const", value => value.Clone()),
            Enum = of.List("enum", value => value.Clone()),
            Minimum = of.Take("minimum", NumberOf),
            Maximum = of.Take("maximum", NumberOf),
            ExclusiveMinimum = of.Take("exclusiveMinimum", NumberOf),
            ExclusiveMaximum = of.Take("exclusiveMaximum", NumberOf),
            MultipleOf = of.Take("multipleOf", value => NumberOf(value) is { Sign: > 0 } step ? step : throw new ArgumentException("A step is greater than 0.")),
            MinLength = of.Take("minLength", SizeOf) ?? 0,
            MaxLength = of.Take("maxLength", SizeOf) ?? long.MaxValue,
            Pattern = of.Text("pattern") is { } pattern ? PatternOf(pattern, $"{pointer}/pattern") : null,
            MinItems = of.Take("minItems", SizeOf) ?? 0,
            MaxItems = of.Take("maxItems", SizeOf) ?? long.MaxValue,
            UniqueItems = of.Take("uniqueItems", value => value.GetBoolean()) ?? false,
            PrefixItems = Many(schema, "prefixItems", pointer),
            Items = One(schema, "items", pointer),
            Contains = One(schema, "contains", pointer),
            MinContains = of.Take("minContains", SizeOf) ?? 1,
            MaxContains = of.Take("maxContains", SizeOf) ?? long.MaxValue,
            MinProperties = of.Take("minProperties", SizeOf) ?? 0,
            MaxProperties = of.Take("maxProperties", SizeOf) ?? long.MaxValue,
            Properties = Named(schema, "properties", pointer),
            PatternProperties =
            [
                .. Named(schema, "patternProperties", pointer)
                    .Select(p => (PatternOf(p.Key, $"{pointer}/patternProperties/{Place.Escape(p.Key)}"), p.Value)),
            ],
            AdditionalProperties = One(schema, "additionalProperties", pointer),
            PropertyNames = One(schema, "propertyNames", pointer),
            Required = of.List("required", value => value.GetString()!) ?? [],
            DependentRequired = of.Members("dependentRequired", value => value.EnumerateArray().Select(name => name.GetString()!).ToArray()),
            DependentSchemas = Named(schema, "dependentSchemas", pointer),
            AllOf = Many(schema, "allOf", pointer),
            AnyOf = Many(schema, "anyOf", pointer),
            OneOf = Many(schema, "oneOf", pointer),
            Not = One(schema, "not", pointer),
            If = One(schema, "if", pointer),
            Then = One(schema, "then", pointer),
            Else = One(schema, "else", pointer),
            Reference = of.Text("$ref") is { } reference ? ReferenceTo(reference, $"{pointer}/$ref") : null,
        };
    }

    private SchemaReference ReferenceTo(string reference, string place)
    {
        if (reference != "#" && !reference.StartsWith("#/", StringComparison.Ordinal))
        {
            throw new SchemaFormatException(place, "A reference leads to a place in the same schema, such as #/$defs/name.");
        }

        if (_references.Count == MostReferences)
        {
            throw new SchemaFormatException(place, $"A schema refers to at most {MostReferences} places.");
        }

        var target = Uri.UnescapeDataString(reference[1..]);
        if (!_references.TryGetValue(target, out var known))
        {
            _references[target] = known = (new SchemaReference(), place);
        }

        return known.Reference;
    }

    // Reading a target can find more references.
    private void Resolve()
    {
        while (_references.FirstOrDefault(r => r.Value.Reference.Target is null) is { Key: { } pointer, Value: var (reference, place) })
        {
            var at = _root;
            foreach (var step in pointer.Split('/').Skip(1).Select(s => s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
            {
                at = at.ValueKind == JsonValueKind.Object && at.TryGetProperty(step, out var member) ? member
                    : at.ValueKind == JsonValueKind.Array && int.TryParse(step, out var index) && index >= 0 && index < at.GetArrayLength() ? at[index]
                    : throw new SchemaFormatException(place, "This leads nowhere.");
            }

            reference.Target = Read(at, pointer);
        }
    }

    private JsonSchema? One(JsonElement schema, string keyword, string pointer)
        => schema.TryGetProperty(keyword, out var value) ? Read(value, $"{pointer}/{keyword}") : null;

    private JsonSchema[] Many(JsonElement schema, string keyword, string pointer)
        => !schema.TryGetProperty(keyword, out var value) ? []
            : value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 ? [.. value.EnumerateArray().Select((s, i) => Read(s, $"{pointer}/{keyword}/{i}"))]
            : throw new SchemaFormatException($"{pointer}/{keyword}", "This is a list of at least one schema.");

    private Dictionary<string, JsonSchema> Named(JsonElement schema, string keyword, string pointer)
        => !schema.TryGetProperty(keyword, out var value) ? []
            : value.ValueKind == JsonValueKind.Object ? value.EnumerateObject().ToDictionary(
                m => m.Name, m => Read(m.Value, $"{pointer}/{keyword}/{Place.Escape(m.Name)}"), StringComparer.Ordinal)
            : throw new SchemaFormatException($"{pointer}/{keyword}", "This is an object whose members are schemas.");

    private static Regex PatternOf(string pattern, string pointer)
    {
        try
        {
            return EcmaPattern.Compile(pattern);
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            throw new SchemaFormatException(pointer, $"This pattern is not supported: {fault.Message}");
        }
    }

    private static ExactNumber NumberOf(JsonElement value)
        => value.ValueKind == JsonValueKind.Number ? ExactNumber.Of(value) : throw new ArgumentException("This is a number.");

    // 2.0 is a size to the specification as well.
    private static long SizeOf(JsonElement value)
        => NumberOf(value) is { IsWhole: true, Sign: >= 0 } && value.GetDouble() <= int.MaxValue
            ? (long)value.GetDouble()
            : throw new ArgumentException("This is a whole number from 0 on.");

    private static JsonKinds KindsOf(JsonElement type) => type.ValueKind == JsonValueKind.Array
        ? type.EnumerateArray().Aggregate(JsonKinds.None, (kinds, one) => kinds | KindOf(one.GetString()))
        : KindOf(type.GetString());

    private static JsonKinds KindOf(string? name) => name switch
    {
        "null" => JsonKinds.Null,
        "boolean" => JsonKinds.Boolean,
        "integer" => JsonKinds.Integer,
        "number" => JsonKinds.Number,
        "string" => JsonKinds.String,
        "array" => JsonKinds.Array,
        "object" => JsonKinds.Object,
        _ => throw new ArgumentException($"'{name}' is not a JSON type."),
    };
}
