using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OnePlatform.Knowledge.Tests.Hosting;

/// <summary>
/// Qdrant's part of the conversation on a real socket: refuses what its OpenAPI document does not know, answers what that document
/// says, and finds by looking at everything.
/// </summary>
public sealed class QdrantStub : IAsyncDisposable
{
    public const string Key = "a-key-of-qdrant";

    private readonly WebApplication _app;
    private readonly OpenApiCheck _check = OpenApiCheck.Read(Path.Combine(AppContext.BaseDirectory, "TestData", "qdrant-openapi.json"));
    private readonly Dictionary<string, QdrantStubCollection> _collections = [];
    private readonly Lock _lock = new();

    private QdrantStub(WebApplication app) => _app = app;

    public string ConnectionString => $"Endpoint={_app.Urls.First()};Key={Key}";

    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Requests or answers that do not fit the document.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    /// <summary>Connections break as they do when nobody is there.</summary>
    public bool IsAway { get; set; }

    public static async Task<QdrantStub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var stub = new QdrantStub(app);
        app.Use(async (context, next) =>
        {
            try
            {
                await next();
            }
            catch (Exception ex) when (!stub.IsAway)
            {
                stub.Faults.Enqueue(ex.ToString());
                throw;
            }
        });
        app.MapGet("/readyz", () => "all shards are ready");
        app.Map("/{**path}", stub.AnswerAsync);
        await app.StartAsync();
        return stub;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    public int PointsOf(Guid group)
    {
        lock (_lock)
        {
            return _collections.Values.Sum(c => c.CountOf(new JsonObject
            {
                ["must"] = new JsonArray(new JsonObject { ["key"] = "group", ["match"] = new JsonObject { ["value"] = group.ToString() } }),
            }));
        }
    }

    public void LoseEverything()
    {
        lock (_lock)
        {
            _collections.Clear();
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (IsAway)
        {
            context.Abort();
            return;
        }

        var parts = context.Request.Path.Value!.Trim('/').Split('/');
        var path = parts.Length < 2 ? context.Request.Path.Value! : $"/collections/{{collection_name}}{string.Concat(parts.Skip(2).Select(p => $"/{p}"))}";
        var body = context.Request.ContentLength is null or 0 && !context.Request.HasJsonContentType() ? null : await JsonNode.ParseAsync(context.Request.Body);
        Requests.Enqueue($"{context.Request.Method} {path}");
        var fault = context.Request.Headers["api-key"] == Key ? _check.OfRequest(path, context.Request.Method, context.Request.Query.Keys, body) : "No key.";
        if (fault is not null)
        {
            Faults.Enqueue($"{context.Request.Method} {path}: {fault}");
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsJsonAsync(new JsonObject { ["status"] = new JsonObject { ["error"] = fault }, ["time"] = 0.001 });
            return;
        }

        JsonNode? result;
        lock (_lock)
        {
            if (parts.Length == 2 && _collections.ContainsKey(parts[1]))
            {
                context.Response.StatusCode = StatusCodes.Status409Conflict;
                return;
            }

            result = ResultOf(parts[1], path[(path.IndexOf('}') + 1)..], context.Request.Method, body);
        }

        if (result is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await context.Response.WriteAsJsonAsync(new JsonObject { ["status"] = new JsonObject { ["error"] = "Not found: Collection doesn't exist!" }, ["time"] = 0.001 });
            return;
        }

        var answer = new JsonObject { ["result"] = result, ["status"] = "ok", ["time"] = 0.001 };
        if (_check.OfAnswer(path, context.Request.Method, answer) is { } wrong)
        {
            Faults.Enqueue($"Answer of {context.Request.Method} {path}: {wrong}");
        }

        await context.Response.WriteAsJsonAsync(answer);
    }

    private JsonNode? ResultOf(string name, string operation, string method, JsonNode? body)
    {
        if (operation == "/exists")
        {
            return new JsonObject { ["exists"] = _collections.ContainsKey(name) };
        }

        if (operation.Length == 0)
        {
            _collections.Add(name, new QdrantStubCollection((int?)body!["vectors"]?["dense"]?["size"], body["sparse_vectors"]?["words"] is not null));
            return true;
        }

        if (!_collections.TryGetValue(name, out var collection))
        {
            return null;
        }

        switch (operation)
        {
            case "/points" when method == "PUT":
                collection.Put(body!["points"]!.AsArray());
                return Updated();
            case "/points/delete":
                collection.Remove(body!);
                return Updated();
            case "/points/query":
                return new JsonObject { ["points"] = collection.Query(body!) };
            case "/points/count":
                return new JsonObject { ["count"] = collection.CountOf(body!["filter"]) };
            case "/points/scroll":
                return new JsonObject { ["points"] = collection.Scroll(body!), ["next_page_offset"] = null };
            default:
                return Updated();
        }
    }

    private static JsonObject Updated() => new() { ["operation_id"] = 1, ["status"] = "completed" };
}

/// <summary>The service with Qdrant behind its search.</summary>
public sealed class QdrantKnowledgeHost : Xunit.IAsyncLifetime
{
    public QdrantStub Qdrant { get; private set; } = null!;

    public KnowledgeHost Knowledge { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Qdrant = await QdrantStub.StartAsync();
        Knowledge = new KnowledgeHost
        {
            // Both names that Aspire gives; the plain one is for gRPC.
            Settings = [("ConnectionStrings:qdrant", "Endpoint=http://127.0.0.1:9;Key=none"), ("ConnectionStrings:qdrant_http", Qdrant.ConnectionString)],
        };
        await Knowledge.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await Knowledge.DisposeAsync();
        await Qdrant.DisposeAsync();
    }
}
