using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things.Bulk;

/// <summary>The items of one request, and what is wrong with some of them.</summary>
internal sealed class BulkFaults
{
    // A problem names so many; the bare count tells the rest.
    private const int MostTold = 1_000;

    private readonly SortedDictionary<int, BulkError> _errors = [];

    public int Count => _errors.Count;

    public IReadOnlyList<BulkError> All => [.. _errors.Values];

    public void Add(int index, string code, string detail, string? pointer = null) => _errors.TryAdd(index, new BulkError(index, code, detail, pointer));

    public void Add(int index, IReadOnlyList<ProblemError> errors) => Add(index, errors[0].Code, errors[0].Detail, errors[0].Pointer);

    public ProblemHttpResult ToProblem() => Problems.Of(
        StatusCodes.Status400BadRequest, "bulk_refused", $"{Count} of the items cannot be done, so none was.",
        [.. All.Take(MostTold).Select(e => new ProblemError($"/items/{e.Index}{e.Pointer}", e.Code, e.Detail))]);
}

internal static class BulkItems
{
    /// <summary>Reads an item as the record it must be; null when it is not, and the faults say why.</summary>
    public static T? Read<T>(JsonElement item, int index, BulkFaults faults)
        where T : class
    {
        T? value;
        try
        {
            value = item.Deserialize<T>(ApiJson.Options);
        }
        catch (JsonException json)
        {
            faults.Add(index, "malformed_item", "The item is not of the documented shape.", json.Path is { Length: > 2 } path ? "/" + path[2..].Replace('.', '/') : null);
            return null;
        }

        if (value is null)
        {
            faults.Add(index, "malformed_item", "The item is not of the documented shape.");
            return null;
        }

        var results = new List<ValidationResult>();
        if (Validator.TryValidateObject(value, new ValidationContext(value), results, validateAllProperties: true))
        {
            return value;
        }

        faults.Add(index, "invalid", results[0].ErrorMessage ?? "Invalid.", $"/{JsonNamingPolicy.CamelCase.ConvertName(results[0].MemberNames.First())}");
        return null;
    }
}
