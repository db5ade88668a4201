using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using ModelContextProtocol.Protocol;
using OnePlatform.Knowledge.Data;
using OnePlatform.Knowledge.Embedding;
using OnePlatform.Knowledge.Http;
using OnePlatform.Knowledge.Records;
using OnePlatform.Knowledge.Searching;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Knowledge.Mcp;

/// <summary>Calls of tools, as the caller and in the acting group. Each leaves a line in the log, also one that was refused.</summary>
internal sealed class McpCalls(
    KnowledgeSearch search, RecordStore records, PlatformApi platform, ActivityLog log, RequestOrigin origin, TimeProvider clock)
{
    public async Task<CallToolResult> CallAsync(
        HttpContext context, string tool, IDictionary<string, JsonElement> arguments, CancellationToken cancellationToken)
    {
        var caller = context.RequiredCaller();
        if (caller.GroupId is not { } group)
        {
            return Refused("This credential acts in no group; switch to one first.");
        }

        var result = McpTools.For(caller).Any(t => t.Name == tool)
            ? await RunAsync(context, caller, group, tool, new McpArguments(arguments), cancellationToken)
            : Refused($"There is no tool '{tool}' for this credential.");
        await log.WriteAsync(
            KnowledgeEvents.Activity(
                "communication_event", group, new { Protocol = "mcp", MessageType = "tools/call", Component = tool, Data = new { Failed = result.IsError == true } },
                origin.Current, clock.GetUtcNow()), cancellationToken);
        return result;
    }

    private async Task<CallToolResult> RunAsync(
        HttpContext context, Caller caller, Guid group, string tool, McpArguments arguments, CancellationToken cancellationToken)
    {
        try
        {
            return tool switch
            {
                McpTools.Search => await SearchAsync(group, arguments, cancellationToken),
                McpTools.Get => await GetAsync(context, caller, group, arguments, cancellationToken),
                McpTools.List => await ListAsync(context, arguments, cancellationToken),
                McpTools.Traverse => await AskAsync(
                    context, PlatformApi.Ontology, HttpMethod.Get,
                    QueryHelpers.AddQueryString($"/api/things/{arguments.Id("id")}/graph", arguments.Texts("depth", "direction", "types", "limit")), null, cancellationToken),
                McpTools.Create => await AskAsync(context, PlatformApi.Ontology, HttpMethod.Post, "/api/things", arguments.All, cancellationToken),
                _ => await AskAsync(
                    context, PlatformApi.Ontology, HttpMethod.Patch, $"/api/things/{arguments.Id("id")}", arguments.Object("changes"), cancellationToken),
            };
        }
        catch (McpArgumentException ex)
        {
            return Refused(ex.Message);
        }
        catch (Exception ex) when (ex is HttpRequestException or Polly.ExecutionRejectedException or TimeoutException or EmbeddingException)
        {
            return Refused("Another part of the platform is not available; try again.");
        }
    }

    private async Task<CallToolResult> SearchAsync(Guid group, McpArguments arguments, CancellationToken cancellationToken)
    {
        var (results, faults) = await search.SearchAsync(group, arguments.Read<SearchRequest>(), cancellationToken);
        return faults.Count > 0
            ? Refused(string.Join(" ", faults.Select(f => $"{f.Pointer}: {f.Detail}")))
            : Answer(JsonSerializer.SerializeToElement(new SearchResponse(results, results.Count), ApiJson.Options));
    }

    private async Task<CallToolResult> GetAsync(HttpContext context, Caller caller, Guid group, McpArguments arguments, CancellationToken cancellationToken)
    {
        var (kind, id) = (arguments.Text("kind"), arguments.Id("id"));
        if (kind == "knowledge")
        {
            return !caller.Scopes.Covers("knowledge:read")
                ? Refused("This needs the scope 'knowledge:read'.")
                : await records.FindAsync(group, id, cancellationToken) is { } row
                    ? Answer(JsonSerializer.SerializeToElement(row, ApiJson.Options))
                    : Refused("There is no such row of knowledge.");
        }

        var (service, path) = CollectionOf(kind);
        return await AskAsync(context, service, HttpMethod.Get, $"{path}/{id}", null, cancellationToken);
    }

    private Task<CallToolResult> ListAsync(HttpContext context, McpArguments arguments, CancellationToken cancellationToken)
    {
        var (service, path) = CollectionOf(arguments.Text("kind"));
        return AskAsync(
            context, service, HttpMethod.Get, QueryHelpers.AddQueryString(path, arguments.Texts("type", "filter", "limit", "cursor")), null, cancellationToken);
    }

    private async Task<CallToolResult> AskAsync(
        HttpContext context, string service, HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        var answer = await platform.SendAsync(service, method, path, body, context, cancellationToken);
        return answer.IsSuccess ? Answer(answer.Body ?? JsonElement.Parse("{}")) : Refused(DetailOf(answer));
    }

    private static (string Service, string Path) CollectionOf(string kind) => kind switch
    {
        "thing" => (PlatformApi.Ontology, "/api/things"),
        "connection" => (PlatformApi.Ontology, "/api/connections"),
        "event" => (PlatformApi.Events, "/api/events"),
        _ => throw new McpArgumentException("The kind is one of thing, connection, event; for get also knowledge."),
    };

    private static string DetailOf(PlatformAnswer answer)
        => answer.Body is { ValueKind: JsonValueKind.Object } problem && problem.TryGetProperty("detail", out var detail) && detail.ValueKind == JsonValueKind.String
            ? $"{answer.Status}: {detail.GetString()}"
            : $"{answer.Status}: {(answer.Status == StatusCodes.Status404NotFound ? "There is no such thing." : "The request was refused.")}";

    private static CallToolResult Answer(JsonElement result) => new()
    {
        Content = [new TextContentBlock { Text = result.GetRawText() }],
        StructuredContent = result.ValueKind == JsonValueKind.Object ? result : null,
    };

    private static CallToolResult Refused(string reason) => new() { IsError = true, Content = [new TextContentBlock { Text = reason }] };
}
