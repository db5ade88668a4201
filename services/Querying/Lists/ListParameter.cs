using Microsoft.Extensions.Primitives;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Filters;
using OnePlatform.Querying.Sql;

namespace OnePlatform.Querying.Lists;

/// <summary>A query parameter of one list, and what it asks of a field.</summary>
public sealed class ListParameter
{
    private const int MostValues = 100;

    private readonly string? _field;
    private readonly string _comparison;

    private ListParameter(string name, string? field, string comparison)
    {
        Name = name;
        _field = field;
        _comparison = comparison;
    }

    /// <summary>As the caller writes it.</summary>
    public string Name { get; }

    internal IndexUse IndexIn(FieldMap fields) => _field is not null && fields.TryFind(_field, out var field) && field.IsIndexed ? IndexUse.Walks : IndexUse.None;

    /// <summary><c>?type=a,b</c>: the field, of the parameter's name unless told, is any of the values.</summary>
    public static ListParameter AnyOf(string name, string? field = null) => new(name, field ?? name, "=");

    /// <summary><c>?updatedSince=…</c>: the field is the value or more.</summary>
    public static ListParameter From(string name, string field) => new(name, field, ">=");

    /// <summary><c>?to=…</c>: the field is less than the value.</summary>
    public static ListParameter Before(string name, string field) => new(name, field, "<");

    /// <summary>Read by the store itself, from <see cref="ListQuery.this[string]"/>.</summary>
    public static ListParameter Own(string name) => new(name, field: null, comparison: "");

    /// <returns>The predicate; null for a parameter that is the store's own business.</returns>
    internal (string? Sql, QueryError? Error) Compile(StringValues given, FieldMap fields, ParameterBag parameters)
    {
        if (_field is null)
        {
            return StorableText.Accepts(given.ToString()) ? (null, null) : Refuse($"{Name} holds a character that cannot be stored.");
        }

        var field = fields.TryFind(_field, out var found)
            ? found
            : throw new InvalidOperationException($"Parameter {Name} names the field {_field}, which the list does not have.");
        var texts = Split(given);
        if (texts.Length is 0 or > MostValues)
        {
            return Refuse(texts.Length == 0 ? $"{Name} needs a value." : $"{Name} takes at most {MostValues} values.");
        }

        if (_comparison != "=" && texts.Length > 1)
        {
            return Refuse($"{Name} takes one value.");
        }

        var values = new List<object>();
        foreach (var text in texts)
        {
            var (value, expected) = StorableText.Accepts(text) ? FieldValue.Read(field, text) : (null, "a character in it cannot be stored.");
            if (value is null)
            {
                return Refuse($"{Name}: {expected}");
            }

            values.Add(value);
        }

        return (Write(field, values, parameters), null);
    }

    private string Write(Field field, List<object> values, ParameterBag parameters) => field.Kind switch
    {
        FieldKind.StringArray => $"{field.Sql} && {parameters.Add(values.Cast<string>().ToArray())}",
        _ when _comparison != "=" || values.Count == 1 => $"{field.Sql} {_comparison} {parameters.Add(values[0])}",
        _ => $"{field.Sql} in ({string.Join(", ", values.Distinct().Select(parameters.Add))})",
    };

    private static string[] Split(StringValues given) =>
    [
        .. given.OfType<string>()
            .SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Distinct(StringComparer.Ordinal),
    ];

    private (string?, QueryError?) Refuse(string detail) => (null, new QueryError(QueryErrorCode.InvalidParameter, "/" + Name, detail));
}
