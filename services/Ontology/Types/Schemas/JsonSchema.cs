using System.Text.Json;
using System.Text.RegularExpressions;

namespace OnePlatform.Ontology.Types.Schemas;

/// <summary>A compiled JSON Schema (2020-12). Made once per type by <see cref="JsonSchemaReader"/>; safe to share.</summary>
internal sealed class JsonSchema
{
    /// <summary>The schema <c>false</c>, which nothing satisfies.</summary>
    public bool RefusesAll { get; init; }

    public JsonKinds Kinds { get; init; } = JsonKinds.Any;

    public JsonElement? Const { get; init; }

    public JsonElement[]? Enum { get; init; }

    public ExactNumber? Minimum { get; init; }

    public ExactNumber? Maximum { get; init; }

    public ExactNumber? ExclusiveMinimum { get; init; }

    public ExactNumber? ExclusiveMaximum { get; init; }

    public ExactNumber? MultipleOf { get; init; }

    public long MinLength { get; init; }

    public long MaxLength { get; init; } = long.MaxValue;

    public Regex? Pattern { get; init; }

    public long MinItems { get; init; }

    public long MaxItems { get; init; } = long.MaxValue;

    public bool UniqueItems { get; init; }

    public JsonSchema[] PrefixItems { get; init; } = [];

    public JsonSchema? Items { get; init; }

    public JsonSchema? Contains { get; init; }

    public long MinContains { get; init; } = 1;

    public long MaxContains { get; init; } = long.MaxValue;

    public long MinProperties { get; init; }

    public long MaxProperties { get; init; } = long.MaxValue;

    public Dictionary<string, JsonSchema> Properties { get; init; } = [];

    public (Regex Pattern, JsonSchema Schema)[] PatternProperties { get; init; } = [];

    public JsonSchema? AdditionalProperties { get; init; }

    public JsonSchema? PropertyNames { get; init; }

    public string[] Required { get; init; } = [];

    public Dictionary<string, string[]> DependentRequired { get; init; } = [];

    public Dictionary<string, JsonSchema> DependentSchemas { get; init; } = [];

    public JsonSchema[] AllOf { get; init; } = [];

    public JsonSchema[] AnyOf { get; init; } = [];

    public JsonSchema[] OneOf { get; init; } = [];

    public JsonSchema? Not { get; init; }

    public JsonSchema? If { get; init; }

    public JsonSchema? Then { get; init; }

    public JsonSchema? Else { get; init; }

    public SchemaReference? Reference { get; init; }

    /// <summary>The schemas that the same value is held against.</summary>
    public IEnumerable<JsonSchema> SameValue =>
    [
        .. AllOf, .. AnyOf, .. OneOf, .. DependentSchemas.Values,
        .. new[] { Not, If, Then, Else, Reference?.Target }.OfType<JsonSchema>(),
    ];

    public bool Accepts(JsonElement value) => Check(value).Count == 0;

    /// <summary>Every fault, each with the JSON Pointer of its place below <paramref name="root"/>.</summary>
    public IReadOnlyList<SchemaFault> Check(JsonElement value, string root = "") => SchemaCheck.Run(this, value, root);
}

/// <summary>Where <c>$ref</c> leads; set when the whole schema was read, because it may lead back to where it stands.</summary>
internal sealed class SchemaReference
{
    public JsonSchema? Target { get; set; }
}

/// <param name="Code">Stable, snake_case.</param>
internal sealed record SchemaFault(string Pointer, string Code, string Detail);

/// <summary>Where a check has arrived. Written out as a pointer only when there is a fault to report.</summary>
internal sealed record Place(Place? Parent, string Step)
{
    public string Pointer => Parent is null ? Step : $"{Parent.Pointer}/{Escape(Step)}";

    public static string Escape(string step) => step.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}

[Flags]
internal enum JsonKinds
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Integer = 4,
    Number = 8 | Integer,
    String = 16,
    Array = 32,
    Object = 64,
    Any = Null | Boolean | Number | String | Array | Object,
}
