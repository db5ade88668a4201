using System.Text.Json;
using System.Text.Json.Nodes;
using OnePlatform.Knowledge.Generation;
using OnePlatform.Knowledge.Reading;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Chats;

/// <summary>A conversation as UI messages: what was said, and what to store.</summary>
internal sealed record UiMessages(JsonArray All, string Question, IReadOnlyList<Turn> History)
{
    private const int MostMessages = 500;
    private const int LongestQuestion = 10_000;

    /// <param name="stored">The conversation so far, for a client that sends the question alone.</param>
    /// <returns>Null, with what is wrong, when this is no conversation that ends with a question.</returns>
    public static (UiMessages? Messages, ProblemError? Fault) Read(ChatRequest request, JsonElement? stored)
    {
        IEnumerable<JsonElement> given = request.Messages is { } all
            ? all
            : [.. stored is { } before ? before.EnumerateArray() : [], .. request.Message is { } one ? [one] : Array.Empty<JsonElement>()];
        var messages = given.ToList();
        if (messages.Count is 0 or > MostMessages)
        {
            return (null, new ProblemError("/messages", "invalid", $"A conversation has 1 to {MostMessages} messages."));
        }

        var turns = new List<Turn>();
        for (var i = 0; i < messages.Count; i++)
        {
            if (TurnOf(messages[i]) is not { } turn)
            {
                return (null, new ProblemError($"/messages/{i}", "invalid", "A message has an id, a role (system, user, assistant) and parts."));
            }

            turns.Add(turn);
        }

        var question = turns[^1];
        if (question.IsAssistant || string.IsNullOrWhiteSpace(question.Text) || question.Text.Length > LongestQuestion)
        {
            return (null, new ProblemError($"/messages/{messages.Count - 1}", "invalid", $"The last message is the user's, with a text of at most {LongestQuestion} characters."));
        }

        var kept = new JsonArray([.. messages.Select(m => JsonNode.Parse(PlainText.Storable(m.GetRawText()).Replace("\\u0000", "\\ufffd", StringComparison.OrdinalIgnoreCase)))]);
        return (new UiMessages(kept, question.Text, turns[..^1]), null);
    }

    /// <summary>The conversation with the answer at its end.</summary>
    public string With(string messageId, string text, IReadOnlyList<AnswerPassage> passages)
    {
        var parts = new JsonArray([.. passages.Select(p => (JsonNode)new JsonObject
        {
            ["type"] = "source-document", ["sourceId"] = p.Id, ["mediaType"] = "text/markdown", ["title"] = p.Title,
        })])
        {
            new JsonObject { ["type"] = "text", ["text"] = text, ["state"] = "done" },
        };
        var all = All.DeepClone().AsArray();
        all.Add(new JsonObject { ["id"] = messageId, ["role"] = "assistant", ["parts"] = parts });
        return all.ToJsonString(ApiJson.Options);
    }

    private static Turn? TurnOf(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("role", out var role) || role.ValueKind != JsonValueKind.String
            || !message.TryGetProperty("parts", out var parts) || parts.ValueKind != JsonValueKind.Array
            || role.GetString() is not ("system" or "user" or "assistant"))
        {
            return null;
        }

        var texts = parts.EnumerateArray()
            .Where(p => p.ValueKind == JsonValueKind.Object && p.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("text"))
            .Select(p => p.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "");

        // A client's system message is a user's words here: only the platform and the request's own field speak as the system.
        return new Turn(role.ValueEquals("assistant"), PlainText.Storable(string.Join("\n", texts)));
    }
}
