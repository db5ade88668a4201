using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Sql;

namespace OnePlatform.Querying.Filters;

/// <summary>
/// Comparisons inside a jsonb column, where the value decides the type: <c>5</c> meets numbers, <c>"5"</c> strings,
/// <c>true</c> booleans. A stored value of another type does not match, and never raises an error.
/// </summary>
internal sealed partial class JsonComparison(ParameterBag parameters)
{
    // Every string this accepts casts to timestamptz without an error: real days of real months, offsets PostgreSQL knows.
    private const string StoredTime =
        "'^(?!0000)([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))" +
        "|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)" +
        "T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-](0[0-9]|1[0-5]):[0-5][0-9])$'";

    public SqlPart Write(Field root, Comparison comparison)
    {
        var (path, literal) = (comparison.Field, comparison.Value);
        if (path.Segments.Count == 1)
        {
            return comparison.Operator == FilterOperator.Has
                ? SqlPart.Of($"{root.Sql} ? {parameters.Add(literal.Text)}")
                : SqlPart.Refuse(path.Position, $"{path.Root} is a document; compare a member of it, such as {path.Root}.name.");
        }

        var place = new JsonExpression(root, path.Steps, parameters);
        if (comparison.Operator == FilterOperator.Equal && literal.Pattern is { } pattern)
        {
            return ColumnComparison.WildcardRefusal(literal)
                ?? SqlPart.Of($"({place.Is("string")} and {place.Text} like {parameters.AddPattern(pattern)})");
        }

        if (Read(literal) is not { } value)
        {
            return SqlPart.Refuse(literal.Position, "This number is too large to compare.");
        }

        return comparison.Operator switch
        {
            // Containment, because a GIN index on the column serves it.
            FilterOperator.Equal => SqlPart.Of($"{root.Sql} @> {parameters.Add(place.Document(value))}::jsonb"),
            FilterOperator.Has => Has(place, literal.Text, value),
            _ => Order(place, comparison, value),
        };
    }

    private SqlPart Has(JsonExpression place, string text, JsonNode value) => SqlPart.Of(
        $"case jsonb_typeof({place.Value})"
        + $" when 'string' then {place.Text} ilike {parameters.AddContaining(text)}"
        + $" when 'object' then {place.Value} ? {parameters.Add(text)}"
        + $" else {place.Value} @> {parameters.Add(value.ToJsonString())}::jsonb end");

    private SqlPart Order(JsonExpression place, Comparison comparison, JsonNode value)
    {
        var symbol = ColumnComparison.Symbol(comparison.Operator);
        return value.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.Number => SqlPart.Of(
                $"case when {place.Is("number")} then {place.Value}::numeric {symbol} {parameters.Add(value.GetValue<decimal>())} end"),
            System.Text.Json.JsonValueKind.String when Rfc3339.TryRead(comparison.Value.Text, out var time) => SqlPart.Of(
                $"case when {place.Is("string")} and {place.Text} ~ {StoredTime}"
                + $" then {place.Text}::timestamptz {symbol} {parameters.Add(time)} end"),
            System.Text.Json.JsonValueKind.String => SqlPart.Of(
                $"({place.Is("string")} and {place.Text} {symbol} {parameters.Add(comparison.Value.Text)})"),
            _ => SqlPart.Refuse(comparison.Value.Position, "true and false have no order."),
        };
    }

    private static JsonValue? Read(Literal literal)
    {
        if (!literal.IsQuoted && literal.Text is "true" or "false")
        {
            return JsonValue.Create(literal.Text == "true");
        }

        if (!literal.IsQuoted && JsonNumber().IsMatch(literal.Text))
        {
            return FieldValue.TryReadNumber(literal.Text, out var number) ? JsonValue.Create(number) : null;
        }

        return JsonValue.Create(literal.Text);
    }

    // 007 is no number in JSON, and as a product code should not be one here.
    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?\z")]
    private static partial Regex JsonNumber();
}
