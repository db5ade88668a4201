using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Querying;
using OnePlatform.Querying.Documents;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Http;

/// <summary>A merge patch applied to an object as it is, read back and checked as the record it must be.</summary>
internal static class PatchedBody
{
    public static (T? Value, ProblemHttpResult? Problem) Read<T>(JsonObjectBody body, JsonObject current)
        where T : class
    {
        if (body.Error is { } error)
        {
            return (null, new[] { error }.ToProblem());
        }

        var (value, faults) = TryRead<T>(body, current);
        return value is null ? (null, Problems.Invalid(faults)) : (value, null);
    }

    /// <summary>The same for one of many patches, whose body was read.</summary>
    public static (T? Value, IReadOnlyList<ProblemError> Faults) TryRead<T>(JsonObjectBody body, JsonObject current)
        where T : class
    {
        if (!MergePatch.TryApply(current, body.Value, out var merged))
        {
            return (null, [new ProblemError("", QueryErrorCode.InvalidBody, "The patch nests too deep.")]);
        }

        T value;
        try
        {
            value = merged.Deserialize<T>(ApiJson.Options)!;
        }
        catch (JsonException json)
        {
            return (null, [FaultOf(json, body.Value!, current)]);
        }

        var faults = new List<ProblemError>();
        Check(value, "", faults);
        return faults.Count == 0 ? (value, []) : (null, faults);
    }

    private static ProblemError FaultOf(JsonException json, JsonObject patch, JsonObject current)
    {
        if (patch.Select(m => m.Key).FirstOrDefault(name => !current.ContainsKey(name)) is { } unknown && json.Message.Contains($"'{unknown}'", StringComparison.Ordinal))
        {
            return new ProblemError($"/{unknown}", ProblemCodes.UnknownMember, $"The member '{unknown}' is not known here.");
        }

        var pointer = json.Path is { Length: > 2 } path ? "/" + path[2..].Replace('.', '/') : "";
        return new ProblemError(pointer, ProblemCodes.MalformedBody, "The body is not valid JSON of the documented shape at this place.");
    }

    /// <summary>The faults of a record that was read otherwise.</summary>
    public static IReadOnlyList<ProblemError> FaultsOf(object value)
    {
        var faults = new List<ProblemError>();
        Check(value, "", faults);
        return faults;
    }

    private static void Check(object value, string pointer, List<ProblemError> faults)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(value, new ValidationContext(value), results, validateAllProperties: true);
        faults.AddRange(results.SelectMany(r => r.MemberNames.Select(
            name => new ProblemError($"{pointer}/{JsonNamingPolicy.CamelCase.ConvertName(name)}", "invalid", r.ErrorMessage ?? "Invalid."))));
        foreach (var property in value.GetType().GetProperties().Where(p => p.PropertyType.Namespace == value.GetType().Namespace))
        {
            if (property.GetValue(value) is { } inner)
            {
                Check(inner, $"{pointer}/{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}", faults);
            }
        }
    }
}
