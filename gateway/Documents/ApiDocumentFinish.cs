using System.Text.Json.Nodes;

namespace OnePlatform.Gateway.Documents;

/// <summary>
/// Adds to the merged document what the gateway does for every operation: the limit headers of each answer, the credential an
/// operation does without, the sizes beyond which no request and no answer goes; and what its readers want of each: what a
/// parameter means, and an example.
/// </summary>
internal static class ApiDocumentFinish
{
    private const string InternalError = "#/components/responses/InternalError";
    private const string FrameworkProblem = "ProblemDetails";
    private const string MergePatch = "application/merge-patch+json";
    private static readonly string[] s_always = ["Access-Control-Allow-Origin", "RateLimit", "RateLimit-Policy"];
    private static readonly string[] s_withPause = [.. s_always, "Retry-After"];
    private static readonly string[] s_methods = ["get", "put", "post", "patch", "delete", "head", "options"];

    public static void Finish(JsonObject document)
    {
        var components = (JsonObject)document["components"]!;
        foreach (var (_, path) in (JsonObject)document["paths"]!)
        {
            foreach (var (method, operation) in ((JsonObject)path!).Where(member => s_methods.Contains(member.Key)))
            {
                FinishOperation(method, (JsonObject)operation!);
                LetPatchesLeaveOut(operation!["requestBody"]?["content"]?[MergePatch]?["schema"], components);
            }
        }

        components["examples"] = DocumentExamples.Problems();
        DocumentExamples.Add(document);

        // Described by the services, and used by no operation any more.
        (components["schemas"] as JsonObject)?.Remove(FrameworkProblem);
        foreach (var (_, response) in components["responses"] as JsonObject ?? [])
        {
            BoundContent((JsonObject)response!);
        }

        foreach (var (status, name) in new[] { ("400", "BadRequest"), ("401", "Unauthorized"), ("429", "TooManyRequests") })
        {
            AddHeaders(status, (JsonObject)components["responses"]![name]!);
        }

        BoundHeaders(components["headers"]);
        foreach (var (_, schema) in components["schemas"] as JsonObject ?? [])
        {
            SchemaBounds.Apply(schema, SchemaBounds.LongestText);
        }
    }

    private static void FinishOperation(string method, JsonObject operation)
    {
        // Said, so that nobody takes it for forgotten.
        operation["security"] ??= new JsonArray();
        FinishParameters(method, operation);

        if (operation["requestBody"] is JsonObject body)
        {
            BoundContent(body);
        }

        if (operation["responses"] is not JsonObject responses)
        {
            operation["responses"] = responses = [];
        }

        responses["500"] ??= new JsonObject { ["$ref"] = InternalError };
        if (responses["404"] is JsonObject absent && !absent.ContainsKey("content") && responses["400"]?["content"] is { } problem)
        {
            // A service answers it bare; the problem is written for it.
            absent["content"] = problem.DeepClone();
        }
        foreach (var (status, response) in responses)
        {
            if (response is JsonObject answer && !answer.ContainsKey("$ref"))
            {
                BoundContent(answer);
                AddHeaders(status, answer);
            }
        }
    }

    // What the whole object needs, a patch of it may leave out.
    private static void LetPatchesLeaveOut(JsonNode? schema, JsonObject components)
    {
        if (schema?["$ref"]?.GetValue<string>() is { } reference)
        {
            (components["schemas"]![reference[(reference.LastIndexOf('/') + 1)..]] as JsonObject)?.Remove("required");
        }
    }

    private static void FinishParameters(string method, JsonObject operation)
    {
        if (operation["parameters"] is not JsonArray parameters)
        {
            parameters = [];
        }

        foreach (var parameter in parameters.OfType<JsonObject>().Where(parameter => !parameter.ContainsKey("$ref")))
        {
            SchemaBounds.Apply(parameter["schema"], SchemaBounds.LongestParameter);
            if (!parameter.ContainsKey("description") && ParameterTexts.Of(parameter["name"]!.GetValue<string>()) is { } text)
            {
                parameter["description"] = text;
            }
        }

        if (((JsonArray)operation["security"]!).Count > 0)
        {
            parameters.Add(new JsonObject { ["$ref"] = "#/components/parameters/ActingGroup" });
        }

        if (method == "post")
        {
            parameters.Add(new JsonObject { ["$ref"] = "#/components/parameters/IdempotencyKey" });
        }

        if (parameters is { Parent: null, Count: > 0 })
        {
            operation["parameters"] = parameters;
        }
    }

    private static void AddHeaders(string status, JsonObject answer)
    {
        if (answer["headers"] is not JsonObject headers)
        {
            answer["headers"] = headers = [];
        }

        BoundHeaders(headers);
        foreach (var name in status is "429" or "503" ? s_withPause : s_always)
        {
            headers[name] = new JsonObject { ["$ref"] = $"#/components/headers/{name}" };
        }
    }

    private static void BoundHeaders(JsonNode? headers)
    {
        foreach (var (_, header) in headers as JsonObject ?? [])
        {
            SchemaBounds.Apply(header!["schema"], SchemaBounds.LongestHeader);
        }
    }

    private static void BoundContent(JsonObject holder)
    {
        foreach (var (_, media) in holder["content"] as JsonObject ?? [])
        {
            SchemaBounds.Apply(media!["schema"], SchemaBounds.LongestText);
        }
    }
}
