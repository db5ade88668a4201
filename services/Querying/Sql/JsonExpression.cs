using System.Text.Json.Nodes;
using OnePlatform.Querying.Fields;

namespace OnePlatform.Querying.Sql;

/// <summary>The SQL for one place inside a jsonb column. The steps are a caller's words, so they are parameters too.</summary>
internal sealed class JsonExpression
{
    private readonly IReadOnlyList<string> _steps;

    public JsonExpression(Field root, IReadOnlyList<string> steps, ParameterBag parameters)
    {
        _steps = steps;

        // Steps by text key reach into objects only, exactly as containment does; #> would index arrays as well.
        Value = $"({string.Join(" -> ", steps.Select(step => parameters.Add(step) + "::text").Prepend(root.Sql))})";
    }

    public string Value { get; }

    public string Text => $"({Value} #>> '{{}}')";

    public string Is(string type) => $"jsonb_typeof({Value}) = '{type}'";

    /// <summary>The document that a column must contain for this place to hold <paramref name="value"/>.</summary>
    public string Document(JsonNode value)
        => _steps.Reverse().Aggregate(value, (inner, step) => new JsonObject { [step] = inner }).ToJsonString();
}
