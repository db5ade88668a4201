namespace OnePlatform.Ontology.Types.Schemas;

internal static class KindNames
{
    private static readonly (JsonKinds Kind, string Name)[] s_names =
    [
        (JsonKinds.Null, "null"), (JsonKinds.Boolean, "true or false"), (JsonKinds.Number, "a number"), (JsonKinds.String, "a text"),
        (JsonKinds.Array, "a list"), (JsonKinds.Object, "an object"),
    ];

    public static string Of(JsonKinds kinds)
    {
        var names = s_names.Where(n => kinds.HasFlag(n.Kind)).Select(n => n.Name);
        return string.Join(" or ", kinds.HasFlag(JsonKinds.Number) || !kinds.HasFlag(JsonKinds.Integer) ? names : names.Append("a whole number"));
    }
}
