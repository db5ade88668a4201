using OnePlatform.Querying.Sql;

namespace OnePlatform.Querying.Sorting;

/// <summary>Where a page starts: after the row whose keys are given, however many rows were added before it meanwhile.</summary>
internal sealed class Keyset(IReadOnlyList<SortTerm> terms, ParameterBag parameters)
{
    /// <param name="keys">The last row's value for each term; null where it had none.</param>
    public string After(IReadOnlyList<string?> keys)
    {
        var values = terms.Select((t, i) => keys[i] is { } key ? $"{parameters.Add(key)}::{t.Type}" : null).ToArray();
        return IsRowComparison()
            ? $"({Row(terms.Select(t => t.Sql))} {terms[0].Beyond} {Row(values!)})"
            : Stepwise(values);
    }

    // One comparison of rows is what an index can be walked by; it knows one direction and no nulls.
    private bool IsRowComparison() => terms.All(t => !t.IsNullable && t.Descending == terms[0].Descending);

    /// <summary>Beyond in the first key, or level there and beyond in the second, and so on.</summary>
    private string Stepwise(string?[] values)
    {
        var steps = new List<string>();
        var level = new List<string>();
        for (var i = 0; i < terms.Count; i++)
        {
            var (term, value) = (terms[i], values[i]);
            if (value is not null)
            {
                var beyond = $"{term.Sql} {term.Beyond} {value}";
                steps.Add(All(level.Append(term.IsNullable ? $"({beyond} or {term.Sql} is null)" : beyond)));
            }

            // Nothing follows a missing value but other rows without one: nulls are last.
            level.Add(value is null ? $"{term.Sql} is null" : $"{term.Sql} = {value}");
        }

        return $"({string.Join(" or ", steps)})";
    }

    private static string Row(IEnumerable<string> parts) => $"({string.Join(", ", parts)})";

    private static string All(IEnumerable<string> parts) => $"({string.Join(" and ", parts)})";
}
