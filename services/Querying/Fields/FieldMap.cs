using System.Diagnostics.CodeAnalysis;

namespace OnePlatform.Querying.Fields;

/// <summary>The fields of a list. What is not in here does not exist for callers.</summary>
public sealed class FieldMap
{
    private readonly Dictionary<string, Field> _byName;

    /// <summary>Throws when a name is there twice or the id is not.</summary>
    public FieldMap(params IEnumerable<Field> fields)
    {
        All = [.. fields];
        _byName = All.ToDictionary(f => f.Name, StringComparer.Ordinal);
        Id = _byName.TryGetValue("id", out var id) && id.IsRequired
            ? id
            : throw new ArgumentException("A list needs Field.Id: without it a sort order has ties.", nameof(fields));
    }

    internal IReadOnlyList<Field> All { get; }

    internal Field Id { get; }

    internal bool TryFind(string name, [NotNullWhen(true)] out Field? field) => _byName.TryGetValue(name, out field);

    internal string NamesOf(Func<Field, bool> wanted)
        => string.Join(", ", All.Where(wanted).Select(f => f is { Kind: FieldKind.Json, IsFilterable: true } ? $"{f.Name}.*" : f.Name));
}
