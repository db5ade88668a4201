using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace OnePlatform.Ontology.Things.Bulk;

/// <param name="Items">Each as it would be sent alone; for changes with the thing's <c>id</c>, and <c>version</c> where the group demands If-Match.</param>
/// <param name="Atomic">All or nothing; otherwise what is right is done and the rest is answered as errors.</param>
public sealed record BulkRequest(
    [property: Required, MinLength(1), MaxLength(BulkLimits.MostItems)] IReadOnlyList<JsonElement> Items, bool Atomic = false);

/// <param name="Ids">Things to archive.</param>
/// <param name="Atomic">All or nothing.</param>
public sealed record BulkArchiveRequest(
    [property: Required, MinLength(1), MaxLength(BulkLimits.MostItems)] IReadOnlyList<Guid> Ids, bool Atomic = false);

/// <param name="Ids">What was done, in the order of the items, without the failed ones.</param>
/// <param name="Errors">By the index of the item.</param>
public sealed record BulkAnswer(
    int Failed, IReadOnlyList<Guid> Ids, IReadOnlyList<BulkError> Errors, int? Created = null, int? Updated = null, int? Archived = null);

public sealed record BulkError(int Index, string Code, string Detail, string? Pointer = null);

internal static class BulkLimits
{
    public const int MostItems = 10_000;
    public const int MostBytes = 16 * 1024 * 1024;
}
