using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Primitives;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Querying.Documents;

/// <summary>The If-Match header of a change (RFC 9110 §13.1.1), as a handler parameter.</summary>
public sealed class IfMatch(StringValues header) : IEndpointParameterMetadataProvider
{
    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(new StatedHeader("If-Match", "The ETag that was read; the change is refused when the object is not that one any more."));
        foreach (var status in new[] { StatusCodes.Status412PreconditionFailed, StatusCodes.Status428PreconditionRequired })
        {
            builder.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(ProblemDetails), ["application/problem+json"]));
        }
    }

    /// <summary>Takes the header of the request; absent, it asks for nothing.</summary>
    public static ValueTask<IfMatch?> BindAsync(HttpContext context) => ValueTask.FromResult<IfMatch?>(new IfMatch(context.Request.Headers.IfMatch));

    /// <param name="id">The object that is changed.</param>
    /// <param name="version">Which version of it was found.</param>
    /// <param name="isRequired">Whether its group asks for the header (<c>settings.requireIfMatch</c>).</param>
    /// <returns>The problem, 428 or 412, or null when the change may go on.</returns>
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
