using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OnePlatform.Platform.Tests;

/// <summary>
/// <c>docs/openapi.json</c> is the contract as it is reviewed. After a wanted change: <c>UPDATE_DOCS=1 dotnet test tests/Platform.Tests
/// --filter DocumentingTheApi</c>, and commit the difference.
/// </summary>
[Collection(RunningPlatform.Name)]
public sealed class DocumentingTheApi(PlatformFixture platform)
{
    private static readonly JsonSerializerOptions s_readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_committed_document_is_the_one_that_is_served()
    {
        var served = await ServedAsync();
        var file = Path.Combine(Repository.Root, "docs", "openapi.json");
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(file, served);
        }

        Assert.Equal(await File.ReadAllTextAsync(file), served);
    }

    [Fact]
    public async Task Every_operation_says_what_it_is_what_it_answers_and_how_it_fails()
    {
        var document = JsonNode.Parse(await ServedAsync())!;
        var lacking =
            from path in document["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            where operation.Value is JsonObject described && described.ContainsKey("responses")
            let answers = operation.Value!["responses"]!.AsObject().Select(r => r.Key).ToList()
            where string.IsNullOrWhiteSpace(operation.Value!["summary"]?.GetValue<string>())
                || string.IsNullOrWhiteSpace(operation.Value["operationId"]?.GetValue<string>())
                || !answers.Exists(a => a[0] is '1' or '2' or '3')
                || !answers.Exists(a => a[0] is '4')
            select $"{operation.Key} {path.Key}";
        Assert.Empty(lacking);
    }

    [Fact]
    public async Task Every_parameter_says_what_it_means_and_every_body_and_answer_in_JSON_has_an_example()
    {
        var document = JsonNode.Parse(await ServedAsync())!;
        var lacking = new List<string>();
        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            foreach (var (method, member) in operations!.AsObject())
            {
                if (member is not JsonObject operation || operation["responses"] is not JsonObject responses)
                {
                    continue;
                }

                lacking.AddRange(
                    from parameter in operation["parameters"] as JsonArray ?? []
                    where parameter!["$ref"] is null && string.IsNullOrWhiteSpace(parameter["description"]?.GetValue<string>())
                    select $"{method} {path}: {parameter["name"]}");
                lacking.AddRange(
                    from holder in responses.Append(KeyValuePair.Create("the body", operation["requestBody"]))
                    from media in holder.Value?["content"] as JsonObject ?? []
                    where media.Key.EndsWith("json", StringComparison.Ordinal) && media.Value!["example"] is null && media.Value["examples"] is null
                    select $"{method} {path}: {holder.Key} in {media.Key}");
            }
        }

        Assert.Empty(lacking);
    }

    private Task<string> ServedAsync() => ReadAsync(platform);

    /// <summary>The document as it is served, but for where the test happens to run, which is no part of the contract.</summary>
    internal static async Task<string> ReadAsync(PlatformFixture platform)
    {
        using var client = platform.Anonymous();
        var document = (await client.SendAsync(HttpMethod.Get, "/openapi/v1.json")).AsObject();
        document["servers"]![0]!["url"] = "/";
        return document.ToJsonString(s_readable) + "\n";
    }
}
