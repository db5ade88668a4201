using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Batches;

/// <param name="Operations">Done in this order, in one transaction.</param>
/// <param name="Atomic">All or nothing; otherwise what can be done is, and the rest is answered as errors.</param>
/// <param name="DryRun">Everything is tried and nothing kept.</param>
public sealed record BatchRequest(
    [property: Required, MinLength(1), MaxLength(BatchRequest.MostOperations)] IReadOnlyList<BatchOperationRequest> Operations,
    bool Atomic = true,
    bool DryRun = false)
{
    internal const int MostOperations = 1_000;
}

/// <param name="Op">For example <c>things.create</c>.</param>
/// <param name="Id">A name by which later operations refer to the answer of this one: <c>"$name.id"</c>; a text that begins with a dollar sign doubles it.</param>
/// <param name="Target">What is changed: an id, or a reference.</param>
/// <param name="Body">As it would be sent alone.</param>
/// <param name="IfMatch">An ETag the target must have.</param>
public sealed record BatchOperationRequest(
    [property: Required, StringLength(60, MinimumLength = 1)] string Op,
    [property: StringLength(40, MinimumLength = 1), RegularExpression("^[A-Za-z][A-Za-z0-9_-]*$")] string? Id = null,
    [property: StringLength(200, MinimumLength = 1)] string? Target = null,
    JsonElement? Body = null,
    [property: StringLength(200, MinimumLength = 1)] string? IfMatch = null);

/// <param name="Committed">False for a dry run.</param>
public sealed record BatchAnswer(bool Committed, int Done, int Failed, IReadOnlyList<BatchResult> Results);

/// <param name="Status">As the operation alone would answer.</param>
/// <param name="Body">Its answer, when it was done and has one.</param>
/// <param name="Errors">Why it was not done, by pointers into the request.</param>
public sealed record BatchResult(
    int Index, string Op, int Status, string? Id = null, JsonElement? Body = null, string? Code = null, string? Detail = null,
    IReadOnlyList<ProblemError>? Errors = null);
