using System.Text.Json;

namespace OnePlatform.Ontology.Types.Schemas;

/// <summary>JSON values that mean the same: 1 and 1.0, and objects whatever the order of their members.</summary>
internal sealed class DeepEquality : IEqualityComparer<JsonElement>
{
    public static DeepEquality Instance { get; } = new();

    public bool Equals(JsonElement x, JsonElement y) => JsonElement.DeepEquals(x, y);

    public int GetHashCode(JsonElement obj) => obj.ValueKind switch
    {
        JsonValueKind.Number => ExactNumber.Of(obj).GetHashCode(),
        JsonValueKind.String => obj.GetString()!.GetHashCode(StringComparison.Ordinal),
        JsonValueKind.Array => obj.EnumerateArray().Aggregate(1, (hash, item) => HashCode.Combine(hash, GetHashCode(item))),
        // Members have no order, so theirs may not matter here either.
        JsonValueKind.Object => obj.EnumerateObject().Aggregate(
            2, (hash, member) => hash ^ HashCode.Combine(member.Name.GetHashCode(StringComparison.Ordinal), GetHashCode(member.Value))),
        _ => (int)obj.ValueKind,
    };
}
