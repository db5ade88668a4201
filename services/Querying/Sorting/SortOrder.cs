using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Filters;
using OnePlatform.Querying.Sql;

namespace OnePlatform.Querying.Sorting;

/// <summary>Reads <c>-createdAt,name</c> into sort terms that leave no ties.</summary>
internal sealed class SortOrder(FieldMap fields, ParameterBag parameters)
{
    private const int MostKeys = 4;
    private const int MostCharacters = 1024;

    // The keys of the last row travel in the cursor, and a document's strings have no limit of their own.
    private const int LongestJsonKey = 200;

    public (IReadOnlyList<SortTerm> Terms, QueryError? Error) Read(string text)
    {
        if (text.Length > MostCharacters || !StorableText.Accepts(text))
        {
            return Refuse(0, $"A sort order has at most {MostCharacters} characters, all of them text.");
        }

        var scanner = new QueryScanner(text);
        var terms = new List<SortTerm>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        do
        {
            scanner.SkipSpace();
            var descending = scanner.TryTake('-');
            if (scanner.ReadPath() is not { } path)
            {
                return Refuse(scanner.Failure.Position, scanner.Failure.Detail);
            }

            if (!fields.TryFind(path.Root, out var field) || !field.IsSortable || (field.Kind == FieldKind.Json) != (path.Segments.Count > 1))
            {
                return Refuse(path.Position, $"{path} cannot be sorted by; there are {fields.NamesOf(f => f.IsSortable)}.");
            }

            var term = Term(field, path, descending);
            if (!seen.Add(term.Sql))
            {
                return Refuse(path.Position, $"{path} is named twice.");
            }

            if (terms.Count == MostKeys)
            {
                return Refuse(path.Position, $"A list is sorted by at most {MostKeys} fields.");
            }

            terms.Add(term);
            scanner.SkipSpace();
        }
        while (scanner.TryTake(','));

        return scanner.AtEnd
            ? (EndedById(terms), null)
            : Refuse(scanner.Position, "A comma was expected here.");
    }

    /// <summary>The id goes the way of the key before it, so that one index on both serves the order.</summary>
    private List<SortTerm> EndedById(List<SortTerm> terms)
    {
        var id = terms.FindIndex(t => t.Sql == fields.Id.Sql);
        return id >= 0 ? terms[..(id + 1)] : [.. terms, new SortTerm(fields.Id.Sql, FieldKind.Uuid, terms[^1].Descending, IsNullable: false)];
    }

    private SortTerm Term(Field field, FieldPath path, bool descending)
    {
        if (field.Kind != FieldKind.Json)
        {
            return new SortTerm(field.Sql, field.Kind, descending, !field.IsRequired);
        }

        // jsonb has an order of its own: strings before numbers before booleans, each by value. Documents are as good as missing.
        var place = new JsonExpression(field, path.Steps, parameters);
        var key = $"(case jsonb_typeof({place.Value}) when 'string' then to_jsonb(left({place.Text}, {LongestJsonKey}))"
            + $" when 'number' then {place.Value} when 'boolean' then {place.Value} end)";
        return new SortTerm(key, FieldKind.Json, descending, IsNullable: true);
    }

    private static (IReadOnlyList<SortTerm>, QueryError?) Refuse(int position, string detail)
        => ([], new QueryError(QueryErrorCode.InvalidSort, "/sort", detail, position));
}
