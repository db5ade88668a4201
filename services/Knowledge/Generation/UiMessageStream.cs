using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OnePlatform.Knowledge.Generation;

/// <summary>
/// The stream that AI SDK clients read: server-sent events, one JSON chunk each. A null where a member may be absent breaks these
/// clients, so none is ever written.
/// </summary>
internal static class UiMessageStream
{
    public const string Done = "data: [DONE]\n\n";

    private const string DocumentType = "text/markdown";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void WriteHeaders(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        response.Headers["x-vercel-ai-ui-message-stream"] = "v1";
        response.Headers["x-accel-buffering"] = "no";
        if (response.HttpContext.Request.Protocol == HttpProtocol.Http11)
        {
            response.Headers.Connection = "keep-alive";
        }
    }

    public static string Line(object chunk) => $"data: {JsonSerializer.Serialize(chunk, s_json)}\n\n";

    public static string Error(string text) => Line(new { Type = "error", ErrorText = text });

    public static string Abort(string reason) => Line(new { Type = "abort", Reason = reason });

    /// <summary>What comes before the text: the message, and each source.</summary>
    public static string Opening(string messageId, Guid groupId, IReadOnlyList<AnswerPassage> passages)
    {
        var text = new StringBuilder()
            .Append(Line(new { Type = "start", MessageId = messageId, MessageMetadata = new { GroupId = groupId } }))
            .Append(Line(new { Type = "start-step" }))
            .Append(Line(new { Type = "data-retrieval", Data = new { Status = "done", Sources = passages.Count }, Transient = true }));
        foreach (var passage in passages)
        {
            text.Append(Line(new
            {
                Type = "source-document",
                SourceId = passage.Id,
                MediaType = DocumentType,
                passage.Title,
                ProviderMetadata = new
                {
                    Oneplatform = new { ChunkId = passage.Id, passage.DocumentId, passage.ThingId, passage.ChunkIndex, passage.Score, passage.Start, passage.End },
                },
            }));
        }

        return text.Append(Line(new { Type = "text-start", Id = TextId })).ToString();
    }

    public static string Delta(string delta) => Line(new { Type = "text-delta", Id = TextId, Delta = delta });

    public static string Closing(AnswerEnd end, IReadOnlyList<AnswerPassage> passages)
    {
        var byId = passages.ToDictionary(p => p.Id);
        var citations = end.Citations.Select(c => new
        {
            Source = new { Type = "source", SourceType = "document", Id = c.SourceId, MediaType = DocumentType, byId[c.SourceId].Title },
            StartIndex = c.Start,
            EndIndex = c.End,
            CitedText = byId[c.SourceId].Text[c.SourceStart..c.SourceEnd],
        }).ToList();
        return Line(new { Type = "text-end", Id = TextId, Citations = citations.Count > 0 ? citations : null })
            + Line(new { Type = "finish-step" })
            + Line(new { Type = "finish", end.FinishReason, MessageMetadata = new { end.Model, end.Usage } });
    }

    private const string TextId = "t1";
}
