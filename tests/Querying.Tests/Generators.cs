using CsCheck;
using OnePlatform.Querying.Filters;

namespace OnePlatform.Querying.Tests;

/// <summary>Random filters over the test list, and random rows that they have a chance to match.</summary>
internal static class Generators
{
    private static readonly string[] s_words = ["Alpha", "alpha beta", "beta", "a%b", "a_b", "axb", "", "*x", @"b\c", "say \"hi\"", "null", "5", "x*"];
    private static readonly string[] s_times =
        ["2024-02-29T10:00:00Z", "2024-02-29T10:00:00.5Z", "2024-02-29T12:00:00+02:00", "2023-12-31T23:59:59-05:00"];

    private static readonly string[] s_owners = ["0197a0b0-0000-7000-8000-000000000001", "0197a0b0-0000-7000-8000-000000000002"];
    private static readonly string[] s_steps = ["size", "odd name", "0", "deep"];

    private static readonly string[] s_json =
    [
        "5", "5.0", "-2.5", "1e3", "\"5\"", "\"Alpha\"", "\"alpha beta\"", "\"a%b\"", "true", "false", "null", "[\"Alpha\",5,true]", "[]", "{}",
        "{\"Alpha\":1,\"deep\":{\"size\":5}}", "{\"size\":\"beta\"}", "1e400", "\"2024-02-29T10:00:00Z\"", "\"2023-02-29T10:00:00Z\"",
        "\"2024-02-29T09:00:00.25-03:00\"", "\"0000-01-01T00:00:00Z\"", "\"2024-01-01T00:00:00+16:00\"", "[{\"size\":5}]",
    ];

    public static readonly Gen<FilterNode> Filter = Nested(4);

    public static Gen<TestRow> Row(Gen<Guid> id) =>
        from key in id
        from name in Maybe(Gen.OneOf(s_words))
        from note in Maybe(Gen.OneOf(s_words))
        from price in Maybe(Gen.OneOf(0.1, 5, -2.5, 1e300))
        from stock in Maybe(Gen.OneOf("0", "5", "-7"))
        from active in Maybe(Gen.OneOf("true", "false"))
        from time in Maybe(Gen.OneOf(s_times))
        from rest in Gen.Select(Maybe(Gen.OneOf("draft", "active", "closed")), Maybe(Gen.OneOf(s_owners)), Maybe(Gen.OneOf(s_words).Array[0, 3]))
        from properties in Maybe(Gen.Select(Gen.OneOf(s_steps), Gen.OneOf(s_json)).Array[0, 4])
        select new TestRow(
            key, name, note, price, stock is null ? null : long.Parse(stock, null), active is null ? null : active == "true",
            time is null ? null : DateTimeOffset.Parse(time, null).ToUniversalTime(), rest.Item1, rest.Item2 is null ? null : Guid.Parse(rest.Item2), rest.Item3,
            properties is null ? null : "{" + string.Join(",", properties.DistinctBy(p => p.Item1).Select(p => $"\"{p.Item1}\":{p.Item2}")) + "}");

    private static Gen<FilterNode> Nested(int depth) => depth == 0
        ? Leaf()
        : Gen.Frequency(
            (2, Leaf()),
            (2, Gen.Select(Nested(depth - 1), Nested(depth - 1), FilterNode (a, b) => new And(a, b))),
            (2, Gen.Select(Nested(depth - 1), Nested(depth - 1), FilterNode (a, b) => new Or(a, b))),
            (1, Nested(depth - 1).Select(FilterNode (a) => new Not(a))));

    private static Gen<FilterNode> Leaf() => Gen.OneOf(
        Compare(Gen.OneOf("name", "note"), Gen.Enum<FilterOperator>(), Text()),
        Compare(Gen.Const("price"), Gen.Enum<FilterOperator>(), Word("0.1", "5", "-2.5", "1e3")),
        Compare(Gen.Const("stock"), Gen.Enum<FilterOperator>(), Word("0", "5", "-7")),
        Compare(Gen.Const("active"), Equality(), Word("true", "false")),
        Compare(Gen.Const("createdAt"), Gen.Enum<FilterOperator>(), Gen.OneOf(Word([.. s_times, "2024-01-01"]), Quoted(s_times))),
        Compare(Gen.Const("status"), Equality(), Word("draft", "active")),
        Compare(Gen.Const("owner"), Equality(), Word(s_owners)),
        Compare(Gen.Const("labels"), Gen.Const(FilterOperator.Has), Quoted(s_words)),
        Gen.OneOf("name", "price", "createdAt", "labels", "properties").Select(FilterNode (f) => new Presence(new FieldPath([f], 0))),
        JsonPath().Select(FilterNode (p) => new Presence(p)),
        Gen.OneOf(s_words).Where(w => w.Length > 0).Select(FilterNode (w) => new Search(new Literal(w, null, true, 0))),
        Gen.Select(Gen.Const(new FieldPath(["properties"], 0)), Quoted(s_steps), FilterNode (p, v) => new Comparison(p, FilterOperator.Has, v)),
        Json(), Json(), Json(), Json());

    private static Gen<FilterNode> Json() => Gen.Select(
        JsonPath(), Gen.Enum<FilterOperator>(), Gen.OneOf(Text(), Word("5", "-2.5", "1e3", "true", "007"), Quoted(s_times)),
        FilterNode (path, op, value) => new Comparison(path, value.Text == "true" && !value.IsQuoted && (int)op is >= 2 and <= 5 ? FilterOperator.Equal : op, value));

    private static Gen<FieldPath> JsonPath() => Gen.OneOf(s_steps).Array[1, 2].Select(steps => new FieldPath(["properties", .. steps], 0));

    private static Gen<FilterNode> Compare(Gen<string> field, Gen<FilterOperator> comparison, Gen<Literal> value)
        => Gen.Select(field, comparison, value, FilterNode (f, c, v) => new Comparison(new FieldPath([f], 0), c, v));

    private static Gen<FilterOperator> Equality() => Gen.OneOf(FilterOperator.Equal, FilterOperator.NotEqual, FilterOperator.Has);

    private static Gen<Literal> Text() => Gen.OneOf(Quoted(s_words), Pattern("a*", "*a", "*a*", "*", @"*\\c", @"\**", "a%*", "*_b"));

    private static Gen<Literal> Word(params string[] words) => Gen.OneOf(words).Select(w => new Literal(w, null, false, 0));

    private static Gen<Literal> Quoted(params string[] words) => Gen.OneOf(words).Select(w => new Literal(w, null, true, 0));

    private static Gen<Literal> Pattern(params string[] patterns)
        => Gen.OneOf(patterns).Select(p => new Literal(System.Text.RegularExpressions.Regex.Replace(p, @"\\(.)", "$1"), p, true, 0));

    private static Gen<T?> Maybe<T>(Gen<T> gen) => Gen.Frequency((1, Gen.Const(default(T))), (4, gen.Select(T? (v) => v)));
}
