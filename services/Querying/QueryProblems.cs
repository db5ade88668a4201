using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Querying;

/// <summary>Query errors as the API's problem answers.</summary>
public static class QueryProblems
{
    /// <summary>400 with every error, or 413 where the body was too large.</summary>
    public static ProblemHttpResult ToProblem(this IReadOnlyList<QueryError> errors)
    {
        if (errors.FirstOrDefault(e => e.Code == QueryErrorCode.BodyTooLarge) is { } tooLarge)
        {
            return Problems.Of(StatusCodes.Status413PayloadTooLarge, tooLarge.Code, tooLarge.Detail);
        }

        return Problems.Invalid([.. errors.Select(e => new ProblemError(e.Pointer, e.Code, e.Detail, e.Position))]);
    }
}
