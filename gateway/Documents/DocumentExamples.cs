using System.Globalization;
using System.Text.Json.Nodes;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Gateway.Documents;

/// <summary>An example for each body and answer of the document that is JSON, unless its service gave one.</summary>
internal static class DocumentExamples
{
    private const string ProblemMedia = "application/problem+json";
    private static readonly int[] s_problems = [400, 401, 403, 404, 409, 412, 413, 415, 428, 429, 500, 502, 503];

    /// <summary>One for each status, for every operation to refer to.</summary>
    public static JsonObject Problems() => new(s_problems.Select(status => KeyValuePair.Create(
        NameOf(status), (JsonNode?)new JsonObject { ["summary"] = $"A problem with status {status}.", ["value"] = ProblemOf(status) })));

    public static void Add(JsonObject document)
    {
        var examples = new SchemaExamples((JsonObject)document["components"]!["schemas"]!);
        var operations =
            from path in (JsonObject)document["paths"]!
            from member in (JsonObject)path.Value!
            let operation = member.Value as JsonObject
            where operation?["responses"] is not null
            select operation;
        foreach (var operation in operations.ToList())
        {
            AddTo(operation["requestBody"] as JsonObject, "", examples);
            foreach (var (status, response) in (JsonObject)operation["responses"]!)
            {
                AddTo(response as JsonObject, status, examples);
            }
        }
    }

    private static void AddTo(JsonObject? holder, string status, SchemaExamples examples)
    {
        foreach (var (name, media) in (holder?["content"] as JsonObject ?? []).ToList())
        {
            if (media is not JsonObject described || described.ContainsKey("example") || described.ContainsKey("examples"))
            {
                continue;
            }

            if (name == ProblemMedia)
            {
                if (int.TryParse(status, CultureInfo.InvariantCulture, out var code) && s_problems.Contains(code))
                {
                    described["examples"] = new JsonObject { ["problem"] = new JsonObject { ["$ref"] = $"#/components/examples/{NameOf(code)}" } };
                }
            }
            else if (name.EndsWith("json", StringComparison.Ordinal) && examples.Of(described["schema"]) is { } example)
            {
                described["example"] = example;
            }
        }
    }

    private static string NameOf(int status) => string.Create(CultureInfo.InvariantCulture, $"Problem{status}");

    private static JsonObject ProblemOf(int status)
    {
        var problem = ServiceDefaults.Problems.Make(status, ProblemCodes.Of(status));
        return new JsonObject
        {
            ["type"] = $"https://api.example.com/problems/{ProblemCodes.Of(status)}",
            ["title"] = problem.Title,
            ["status"] = status,
            ["instance"] = "/api/things",
            ["code"] = ProblemCodes.Of(status),
            ["traceId"] = "0af7651916cd43dd8448eb211c80319c",
        };
    }
}
