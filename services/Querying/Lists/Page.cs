using System.Text.Json.Serialization;

namespace OnePlatform.Querying.Lists;

/// <summary>One page of a list, as every list of the API answers.</summary>
/// <param name="Results">The rows, in the order asked for.</param>
/// <param name="HasMore">Whether rows follow; if so, <paramref name="Cursor"/> asks for them.</param>
/// <param name="Cursor">Opaque.</param>
/// <param name="Total">How many rows the whole list has, where <c>?count=</c> asked for it.</param>
public sealed record Page<T>(
    IReadOnlyList<T> Results,
    bool HasMore,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Cursor = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Total = null);
