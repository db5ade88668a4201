using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;
using OnePlatform.Querying.Documents;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Http;

/// <summary>An answer whose version is its entity tag.</summary>
public interface IVersioned
{
    Guid Id { get; }

    long Version { get; }
}

/// <summary>200 with the object's ETag, or 304 when the caller has it already.</summary>
internal sealed class VersionedOk<T>(T value) : IResult, IEndpointMetadataProvider, IValueHttpResult, IStatusCodeHttpResult
    where T : IVersioned
{
    public object? Value => value;

    public int? StatusCode => StatusCodes.Status200OK;

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder)
        => builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var tag = EntityTag.Of(value.Id, value.Version);
        httpContext.Response.Headers.ETag = tag.ToString();
        if (HttpMethods.IsGet(httpContext.Request.Method) && !tag.SatisfiesIfNoneMatch(httpContext.Request.Headers.IfNoneMatch))
        {
            httpContext.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        return httpContext.Response.WriteWholeAsync(value, httpContext.RequestAborted);
    }
}

/// <summary>201 with Location and ETag.</summary>
internal sealed class VersionedCreated<T>(string location, T value) : IResult, IEndpointMetadataProvider, IValueHttpResult, IStatusCodeHttpResult
    where T : IVersioned
{
    public object? Value => value;

    public int? StatusCode => StatusCodes.Status201Created;

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder)
        => builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status201Created, typeof(T), ["application/json"]));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status201Created;
        httpContext.Response.Headers[HeaderNames.Location] = location;
        httpContext.Response.Headers.ETag = EntityTag.Of(value.Id, value.Version).ToString();
        return httpContext.Response.WriteWholeAsync(value, httpContext.RequestAborted);
    }
}
