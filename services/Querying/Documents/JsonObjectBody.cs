using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using OnePlatform.Querying.Filters;

namespace OnePlatform.Querying.Documents;

/// <summary>
/// A request body that must be a JSON object, such as a merge patch, as an endpoint parameter. Unlike a bound record it
/// tells an absent member from one that is null.
/// </summary>
public sealed class JsonObjectBody : IBindableFromHttpContext<JsonObjectBody>
{
    /// <summary>Longer bodies are refused with <see cref="QueryErrorCode.BodyTooLarge"/>.</summary>
    public const int MostBytes = 1024 * 1024;

    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = MergePatch.DeepestNesting, AllowDuplicateProperties = false };

    private JsonObjectBody(JsonObject? value, QueryError? error) => (Value, Error) = (value, error);

    /// <summary>The object; null when <see cref="Error"/> says why there is none.</summary>
    public JsonObject? Value { get; }

    /// <summary>Why there is no object.</summary>
    public QueryError? Error { get; }

    /// <summary>Reads a body that was received otherwise.</summary>
    public static JsonObjectBody Parse(ReadOnlySpan<byte> body)
    {
        if (body.Length > MostBytes)
        {
            return Refuse(QueryErrorCode.BodyTooLarge, $"The body has at most {MostBytes} bytes.");
        }

        try
        {
            return !IsStorable(body) ? Refuse(QueryErrorCode.InvalidBody, "The body holds a character that cannot be stored.")
                : JsonNode.Parse(body, documentOptions: s_strict) is JsonObject value ? new JsonObjectBody(value, error: null)
                : Refuse(QueryErrorCode.InvalidBody, "The body must be a JSON object.");
        }
        catch (JsonException)
        {
            return Refuse(QueryErrorCode.InvalidBody, $"The body is not JSON, names a member twice or nests deeper than {s_strict.MaxDepth}.");
        }
    }

    /// <inheritdoc />
    public static async ValueTask<JsonObjectBody?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            body.Write(buffer, 0, read);
            if (body.Length > MostBytes)
            {
                break;
            }
        }

        return Parse(body.GetBuffer().AsSpan(0, (int)body.Length));
    }

    /// <summary>JSON can spell U+0000 and halves of a surrogate pair; jsonb can hold neither. The parser itself checks no UTF-8.</summary>
    private static bool IsStorable(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
        {
            return false;
        }

        if (body.IndexOf(@"\u"u8) < 0)
        {
            return true;
        }

        var reader = new Utf8JsonReader(body);
        var text = new char[body.Length];
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
                    && reader.ValueIsEscaped
                    && !StorableText.Accepts(text.AsSpan(0, reader.CopyString(text))))
                {
                    return false;
                }
            }
        }
        catch (InvalidOperationException)
        {
            // How the reader says that half of a surrogate pair is missing.
            return false;
        }

        return true;
    }

    private static JsonObjectBody Refuse(string code, string detail) => new(value: null, new QueryError(code, "", detail));
}
