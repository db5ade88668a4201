using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Sql;

namespace OnePlatform.Querying.Filters;

/// <summary>
/// Writes a filter as a predicate of PostgreSQL. A comparison with a missing value is null and so does not match;
/// <c>!=</c> and NOT turn exactly that around and do match.
/// </summary>
internal sealed class FilterCompiler(FieldMap fields, ParameterBag parameters)
{
    private readonly ColumnComparison _columns = new(parameters);
    private readonly JsonComparison _documents = new(parameters);

    public SqlPart Compile(FilterNode node) => node switch
    {
        And and => SqlPart.Join(Compile(and.Left), "and", () => Compile(and.Right)),
        Or or => SqlPart.Join(Compile(or.Left), "or", () => Compile(or.Right)),
        Not not => Compile(not.Operand).Negated(),
        Comparison { Operator: FilterOperator.NotEqual } unequal
            => Compile(unequal with { Operator = FilterOperator.Equal }).Negated(),
        Comparison comparison => Compare(comparison),
        Presence presence => IsPresent(presence.Field),
        Search search => FindAnywhere(search.Value),
        _ => throw new InvalidOperationException($"No SQL for {node.GetType().Name}."),
    };

    /// <summary>What an index can do for a part that must hold.</summary>
    public IndexUse IndexFor(FilterNode node) => node switch
    {
        Or or => IndexFor(or.Left) is IndexUse.Finds && IndexFor(or.Right) is IndexUse.Finds ? IndexUse.Finds : IndexUse.None,
        Comparison { Operator: not (FilterOperator.NotEqual or FilterOperator.Has), Value.Pattern: null } comparison
            when fields.TryFind(comparison.Field.Root, out var field) && field.IsIndexed
            => field.Kind != FieldKind.Json ? IndexUse.Walks : comparison.Operator == FilterOperator.Equal ? IndexUse.Finds : IndexUse.None,
        _ => IndexUse.None,
    };

    private SqlPart Compare(Comparison comparison)
    {
        if (Resolve(comparison.Field, out var field) is { } error)
        {
            return error;
        }

        var value = comparison.Value;
        if (value is { Text: "null", IsQuoted: false })
        {
            return SqlPart.Refuse(value.Position, $"Nothing compares to null; write {comparison.Field}:* for a value, NOT {comparison.Field}:* for none.");
        }

        return field.Kind == FieldKind.Json
            ? _documents.Write(field, comparison)
            : _columns.Write(field, comparison.Operator, value);
    }

    private SqlPart IsPresent(FieldPath path)
    {
        if (Resolve(path, out var field) is { } error)
        {
            return error;
        }

        return SqlPart.Of(field.Kind switch
        {
            FieldKind.StringArray => $"cardinality({field.Sql}) > 0",
            FieldKind.Json => $"jsonb_typeof({new JsonExpression(field, path.Steps, parameters).Value}) <> 'null'",
            _ => $"{field.Sql} is not null",
        });
    }

    private SqlPart FindAnywhere(Literal value)
    {
        var searched = fields.All.Where(f => f.IsSearched).ToArray();
        if (searched.Length == 0)
        {
            return SqlPart.Refuse(
                value.Position, "A value alone says nothing here; write field = value. AND, OR and NOT are written in capitals.");
        }

        var pattern = parameters.AddContaining(value.Text);
        return SqlPart.Of($"({string.Join(" or ", searched.Select(f => $"{f.Sql} ilike {pattern}"))})");
    }

    private SqlPart? Resolve(FieldPath path, out Field field)
    {
        if (!fields.TryFind(path.Root, out field!) || !field.IsFilterable)
        {
            return SqlPart.Refuse(
                path.Position, $"There is no field {path.Root} to filter by; there are {fields.NamesOf(f => f.IsFilterable)}.");
        }

        return field.Kind != FieldKind.Json && path.Segments.Count > 1
            ? SqlPart.Refuse(path.Position, $"{path.Root} has no fields of its own.")
            : null;
    }
}
