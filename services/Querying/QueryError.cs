namespace OnePlatform.Querying;

/// <summary>What is wrong with one part of a request. Everything in this room answers with it instead of throwing.</summary>
/// <param name="Code">Stable, snake_case; one of <see cref="QueryErrorCode"/>.</param>
/// <param name="Pointer">JSON Pointer; for a query parameter its name, as in <c>/filter</c>.</param>
/// <param name="Detail">A sentence for the person who wrote the request.</param>
/// <param name="Position">Zero-based index into the parameter's text, where one is known.</param>
public sealed record QueryError(string Code, string Pointer, string Detail, int? Position = null);

/// <summary>The codes of <see cref="QueryError"/>; part of the public API, so never renamed.</summary>
public static class QueryErrorCode
{
    /// <summary>A parameter has a value it cannot have.</summary>
    public const string InvalidParameter = "invalid_parameter";

    /// <summary>The list has no such parameter.</summary>
    public const string UnknownParameter = "unknown_parameter";

    /// <summary><c>?filter=</c> cannot be read, or asks what a field cannot answer.</summary>
    public const string InvalidFilter = "invalid_filter";

    /// <summary><c>?sort=</c> cannot be read, or names what is not sorted by.</summary>
    public const string InvalidSort = "invalid_sort";

    /// <summary>The cursor is no cursor, or that of another list.</summary>
    public const string InvalidCursor = "invalid_cursor";

    /// <summary><c>?fields=</c> cannot be read, or names what a row does not have.</summary>
    public const string InvalidFields = "invalid_fields";

    /// <summary>The body is not the JSON object it should be.</summary>
    public const string InvalidBody = "invalid_body";

    /// <summary>Belongs in a 413, every other code in a 400.</summary>
    public const string BodyTooLarge = "content_too_large";
}
