using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using OnePlatform.Querying.Lists;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Querying.Projections;

/// <summary>Answers 200 with a page, each row cut down to the fields that were asked for.</summary>
public sealed class ListOk<T>(Page<T> page, FieldSelection fields)
    : IResult, IStatusCodeHttpResult, IValueHttpResult, IValueHttpResult<Page<T>>, IEndpointMetadataProvider
{
    /// <inheritdoc />
    public int? StatusCode => StatusCodes.Status200OK;

    /// <inheritdoc />
    public Page<T> Value => page;

    object IValueHttpResult.Value => page;

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder)
        => builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(Page<T>), ["application/json"]));

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (fields.IsEverything)
        {
            return httpContext.Response.WriteWholeAsync(page, httpContext.RequestAborted);
        }

        var cut = new Page<JsonNode?>([.. page.Results.Select(row => fields.Cut(row))], page.HasMore, page.Cursor, page.Total);
        return httpContext.Response.WriteWholeAsync(cut, httpContext.RequestAborted);
    }
}
