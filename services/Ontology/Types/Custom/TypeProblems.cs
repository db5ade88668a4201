using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Types.Schemas;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Types.Custom;

internal static class TypeProblems
{
    private const int MostSchemaBytes = 64 * 1024;

    public static ProblemHttpResult Exists(string name)
        => Problems.Conflict("type_exists", $"'{name}' is a type already, here, in a group above or below, or one that every group has.");

    public static ProblemHttpResult TooMany(int most) => Problems.Conflict("too_many_types", $"A group has at most {most} types of its own.");

    public static ProblemHttpResult Canonical() => Problems.Conflict("canonical_type", "A type that every group has is nobody's to change.");

    public static ProblemHttpResult Inherited()
        => Problems.Forbidden("inherited_type", "The type belongs to a group above this one; only there it is changed.");

    public static ProblemHttpResult Changed()
        => Problems.Of(StatusCodes.Status412PreconditionFailed, "precondition_failed", "The type has changed since it was read.");

    public static ProblemHttpResult InUse(long count, string what)
        => Problems.Conflict("type_in_use", $"The type is in use: {count} {what} have it, here or in groups below.");

    public static ProblemHttpResult Incompatible(IReadOnlyList<ProblemError> errors) => Problems.Of(
        StatusCodes.Status409Conflict, "type_incompatible", "What is stored already would not fit the type any more; see errors.", errors);

    /// <returns>The problem of a schema that cannot be checked, by a pointer into the request.</returns>
    public static ProblemHttpResult? RefuseSchema(JsonElement schema)
    {
        if (schema.ValueKind == JsonValueKind.Undefined)
        {
            return Problems.Invalid("/schema", "required", "The type needs a schema.");
        }

        if (schema.ValueKind == JsonValueKind.Object && StorableJson.FaultOf(schema) is { } fault)
        {
            return Problems.Invalid("/schema", "invalid_schema", fault);
        }

        if (System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(schema).Length > MostSchemaBytes)
        {
            return Problems.Invalid("/schema", "invalid_schema", $"A schema has at most {MostSchemaBytes} bytes.");
        }

        try
        {
            JsonSchemaReader.Read(schema);
            return null;
        }
        catch (SchemaFormatException wrong)
        {
            return Problems.Invalid($"/schema{wrong.Pointer}", "invalid_schema", wrong.Detail);
        }
    }
}
