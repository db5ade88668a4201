using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using OnePlatform.Querying.Documents;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Http;

/// <summary>The If-Match header of a change, as a handler parameter.</summary>
internal sealed class IfMatch(Microsoft.Extensions.Primitives.StringValues header) : IEndpointParameterMetadataProvider
{
    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(new StatedHeader("If-Match", "The ETag that was read; the change is refused when the object is not that one any more."));
        foreach (var status in new[] { StatusCodes.Status412PreconditionFailed, StatusCodes.Status428PreconditionRequired })
        {
            builder.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(ProblemDetails), ["application/problem+json"]));
        }
    }

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
