using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Querying;
using OnePlatform.Querying.Documents;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Http;

/// <summary>The If-Match header of a change, as a handler parameter.</summary>
internal sealed class IfMatch(Microsoft.Extensions.Primitives.StringValues header)
{
    public static ValueTask<IfMatch?> BindAsync(HttpContext context) => ValueTask.FromResult<IfMatch?>(new IfMatch(context.Request.Headers.IfMatch));

    /// <returns>The problem, or null when the change may go on.</returns>
    public ProblemHttpResult? Refuse(Guid id, long version, bool isRequired)
    {
        if (isRequired && header.Count == 0)
        {
            return Problems.Of(
                StatusCodes.Status428PreconditionRequired, "precondition_required", "This group asks for an If-Match header with the ETag that was read.");
        }

        return EntityTag.Of(id, version).SatisfiesIfMatch(header)
            ? null
            : Problems.Of(StatusCodes.Status412PreconditionFailed, "precondition_failed", "The object has changed since it was read.");
    }
}

internal static class QueryProblems
{
    /// <summary>What a list or body was refused for.</summary>
    public static ProblemHttpResult Of(IReadOnlyList<QueryError> errors)
    {
        List<ProblemError> faults =
            [.. errors.Select(e => new ProblemError(e.Pointer, e.Code, e.Position is { } at ? $"{e.Detail} (at position {at})" : e.Detail))];
        return errors.Any(e => e.Code == QueryErrorCode.BodyTooLarge)
            ? Problems.Of(StatusCodes.Status413PayloadTooLarge, "content_too_large", faults[0].Detail)
            : Problems.Invalid(faults);
    }
}
