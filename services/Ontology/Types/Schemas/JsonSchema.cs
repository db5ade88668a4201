using System.Text.Json;
using System.Text.RegularExpressions;

namespace OnePlatform.Ontology.Types.Schemas;

/// <summary>A compiled JSON Schema (2020-12). Made once per type by <see cref="JsonSchemaReader"/>; safe to share.</summary>
internal sealed class JsonSchema
{
    public static JsonSchema Anything { get; } = new();

    /// <summary>The schema <c>false</c>, which nothing satisfies.</summary>
    public bool RefusesAll { get; init; }

    public JsonKinds Kinds { get; init; } = JsonKinds.Any;

    public JsonElement[]? Enum { get; init; }

    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    public double? ExclusiveMinimum { get; init; }

    public double? ExclusiveMaximum { get; init; }

    public decimal? MultipleOf { get; init; }

    public long MinLength { get; init; }

    public long MaxLength { get; init; } = long.MaxValue;

    public Regex? Pattern { get; init; }

    public long MinItems { get; init; }

    public long MaxItems { get; init; } = long.MaxValue;

    public bool UniqueItems { get; init; }

    public JsonSchema[] PrefixItems { get; init; } = [];

    public JsonSchema? Items { get; init; }

    public long MinProperties { get; init; }

    public long MaxProperties { get; init; } = long.MaxValue;

    public Dictionary<string, JsonSchema> Properties { get; init; } = [];

    public JsonSchema? AdditionalProperties { get; init; }

    public string[] Required { get; init; } = [];

    public JsonSchema[] AllOf { get; init; } = [];

    public JsonSchema[] AnyOf { get; init; } = [];

    public JsonSchema[] OneOf { get; init; } = [];

    public JsonSchema? Not { get; init; }

    public bool Accepts(JsonElement value)
    {
        var faults = new List<SchemaFault>();
        SchemaCheck.Run(this, value, place: null, faults);
        return faults.Count == 0;
    }

    /// <summary>Every fault, each with the JSON Pointer of its place below <paramref name="root"/>.</summary>
    public IReadOnlyList<SchemaFault> Check(JsonElement value, string root = "")
    {
        var faults = new List<SchemaFault>();
        SchemaCheck.Run(this, value, new Place(Parent: null, root), faults);
        return faults;
    }
}

/// <param name="Code">Stable, snake_case.</param>
internal sealed record SchemaFault(string Pointer, string Code, string Detail);

/// <summary>Where a check has arrived. Written out as a pointer only when there is a fault to report.</summary>
internal sealed record Place(Place? Parent, string Step)
{
    public string Pointer => Parent is null
        ? Step
        : $"{Parent.Pointer}/{Step.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
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
