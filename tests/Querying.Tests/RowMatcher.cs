using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OnePlatform.Querying.Filters;

namespace OnePlatform.Querying.Tests;

/// <summary>What a filter means, said a second time without SQL.</summary>
internal static class RowMatcher
{
    public static bool Matches(TestRow row, FilterNode node) => node switch
    {
        And and => Matches(row, and.Left) && Matches(row, and.Right),
        Or or => Matches(row, or.Left) || Matches(row, or.Right),
        Not not => !Matches(row, not.Operand),
        Comparison { Operator: FilterOperator.NotEqual } c => !Matches(row, c with { Operator = FilterOperator.Equal }),
        Comparison { Field.Root: "properties" } c => MatchesJson(row, c),
        Comparison c => Column(row, c.Field.Root) is { } value && MatchesColumn(value, c.Operator, c.Value),
        Presence { Field.Root: "properties" } p => Find(row.Json, p.Field.Steps) is not null,
        Presence p => Column(row, p.Field.Root) is string[] many ? many.Length > 0 : Column(row, p.Field.Root) is not null,
        Search s => row.Name is { } name && Contains(name, s.Value.Text),
        _ => throw new InvalidOperationException(),
    };

    private static object? Column(TestRow row, string field) => field switch
    {
        "name" => row.Name,
        "note" => row.Note,
        "price" => row.Price,
        "stock" => row.Stock,
        "active" => row.Active,
        "createdAt" => row.CreatedAt,
        "status" => row.Status,
        "owner" => row.Owner,
        "labels" => row.Labels,
        "properties" => row.Properties,
        _ => throw new InvalidOperationException(field),
    };

    private static bool MatchesColumn(object value, FilterOperator comparison, Literal literal) => value switch
    {
        string[] many => many.Contains(literal.Text),
        string text => MatchesText(text, comparison, literal),
        double number => Ordered(number.CompareTo(double.Parse(literal.Text, CultureInfo.InvariantCulture)), comparison),
        long number => Ordered(number.CompareTo(long.Parse(literal.Text, CultureInfo.InvariantCulture)), comparison),
        bool flag => flag == (literal.Text == "true"),
        DateTimeOffset time => Ordered(time.CompareTo(Time(literal.Text)), comparison),
        _ => value.ToString() == literal.Text,
    };

    private static bool MatchesText(string text, FilterOperator comparison, Literal literal)
        => comparison == FilterOperator.Has ? Contains(text, literal.Text)
            : comparison == FilterOperator.Equal && literal.Pattern is { } pattern ? Like(text, pattern)
            : Ordered(string.CompareOrdinal(text, literal.Text), comparison);

    private static bool MatchesJson(TestRow row, Comparison c)
    {
        var (comparison, literal) = (c.Operator, c.Value);
        if (c.Field.Segments.Count == 1)
        {
            return row.Json is JsonObject members && members.ContainsKey(literal.Text);
        }

        var value = Find(row.Json, c.Field.Steps);
        var isNumber = !literal.IsQuoted && Regex.IsMatch(literal.Text, "^-?(0|[1-9])") && literal.Text != "007";
        if (comparison == FilterOperator.Has)
        {
            return value switch
            {
                JsonObject members => members.ContainsKey(literal.Text),
                JsonArray items => items.Any(i => IsScalar(i, literal, isNumber)),
                { } scalar when scalar.GetValueKind() == JsonValueKind.String => Contains(scalar.GetValue<string>(), literal.Text),
                _ => IsScalar(value, literal, isNumber),
            };
        }

        return value?.GetValueKind() switch
        {
            JsonValueKind.String when literal.Pattern is { } pattern && comparison == FilterOperator.Equal => Like(value.GetValue<string>(), pattern),
            JsonValueKind.String when (literal.IsQuoted || !isNumber && literal.Text != "true") => Text(value.GetValue<string>(), literal.Text),
            JsonValueKind.Number when isNumber => Ordered(Number(value).CompareTo(double.Parse(literal.Text, CultureInfo.InvariantCulture)), comparison),
            JsonValueKind.True or JsonValueKind.False => comparison == FilterOperator.Equal && IsScalar(value, literal, isNumber),
            _ => false,
        };

        bool Text(string stored, string wanted) => comparison != FilterOperator.Equal && wanted.Contains("T1", StringComparison.Ordinal) | wanted.Contains("T2", StringComparison.Ordinal)
            ? IsTime(stored, out var time) && Ordered(time.CompareTo(Time(wanted)), comparison)
            : Ordered(string.CompareOrdinal(stored, wanted), comparison);
    }

    private static bool IsScalar(JsonNode? value, Literal literal, bool isNumber) => value?.GetValueKind() switch
    {
        JsonValueKind.String => (literal.IsQuoted || !isNumber && literal.Text != "true") && value.GetValue<string>() == literal.Text,
        JsonValueKind.Number => isNumber && Number(value) == double.Parse(literal.Text, CultureInfo.InvariantCulture),
        JsonValueKind.True => literal is { IsQuoted: false, Text: "true" },
        _ => false,
    };

    private static JsonNode? Find(JsonNode? value, IEnumerable<string> steps)
        => steps.Aggregate(value, (here, step) => (here as JsonObject)?[step]);

    private static double Number(JsonNode value) => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);

    private static bool IsTime(string text, out DateTimeOffset time)
        => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time) && text.Contains('T', StringComparison.Ordinal);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static bool Contains(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static bool Like(string text, string pattern) => Regex.IsMatch(
        text, "^" + Regex.Replace(pattern, @"\\(.)|(\*)|(.)", m => m.Groups[2].Success ? ".*" : Regex.Escape(m.Groups[1].Value + m.Groups[3].Value)) + "$", RegexOptions.Singleline);

    private static bool Ordered(int order, FilterOperator comparison) => comparison switch
    {
        FilterOperator.Less => order < 0,
        FilterOperator.LessOrEqual => order <= 0,
        FilterOperator.Greater => order > 0,
        FilterOperator.GreaterOrEqual => order >= 0,
        _ => order == 0,
    };
}
