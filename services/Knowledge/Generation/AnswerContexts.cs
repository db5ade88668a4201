using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using OnePlatform.Knowledge.Searching;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Generation;

/// <summary>Where to look, or nowhere.</summary>
internal sealed record ReadContext(AnswerContext Where, bool IsOff = false)
{
    public SearchRequest Search(string query) => new(
        Query: query, Limit: Where.Limit, Filter: Where.Filter, Labels: Where.Labels, ThingId: Where.ThingId, DocumentId: Where.DocumentId, Scope: Where.Scope);
}

internal static class AnswerContexts
{
    /// <returns>Null when the value is none of those documented.</returns>
    public static ReadContext? Read(JsonElement? context) => context?.ValueKind switch
    {
        null or JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.True => new ReadContext(new AnswerContext()),
        JsonValueKind.False => new ReadContext(new AnswerContext(), IsOff: true),
        JsonValueKind.Object => ReadObject(context.Value),
        _ => null,
    };

    private static ReadContext? ReadObject(JsonElement context)
    {
        try
        {
            var where = context.Deserialize<AnswerContext>(ApiJson.Options)!;
            return Validator.TryValidateObject(where, new ValidationContext(where), null, validateAllProperties: true)
                && where.Scope is null or "self" or "subtree" ? new ReadContext(where) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
