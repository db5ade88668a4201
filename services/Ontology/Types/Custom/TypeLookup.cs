using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using OnePlatform.Ontology.Http;
using OnePlatform.Querying.Documents;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Types.Custom;

/// <summary>The types as the caller's group has them this moment; who asks for types gets no remembered ones.</summary>
internal sealed class TypeLookup(TypeCatalog catalog, TypeRegistry everybodys)
{
    public async Task<TypeRegistry> OfAsync(Caller caller, CancellationToken cancellationToken)
        => caller.GroupId is { } group ? await catalog.RefreshAsync(group, cancellationToken) : everybodys;

    /// <returns>Why the acting group may not change the type; null when it may.</returns>
    public static ProblemHttpResult? Refuse(CustomType? type, ActingGroup group) => type is null ? TypeProblems.Canonical()
        : type.GroupId != group.Id ? TypeProblems.Inherited()
        : null;
}

/// <summary>200, with an ETag when the type is one that can change.</summary>
internal sealed class TypeOk<T>(T value, CustomType? type) : IResult, IEndpointMetadataProvider
{
    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder)
        => builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (type is not null)
        {
            var tag = EntityTag.Of(type.Id, type.Version);
            httpContext.Response.Headers.ETag = tag.ToString();
            if (HttpMethods.IsGet(httpContext.Request.Method) && !tag.SatisfiesIfNoneMatch(httpContext.Request.Headers.IfNoneMatch))
            {
                httpContext.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }
        }

        return httpContext.Response.WriteWholeAsync(value, httpContext.RequestAborted);
    }
}

/// <summary>201 with Location and ETag.</summary>
internal sealed class TypeCreated<T>(string location, T value, CustomType type) : IResult, IEndpointMetadataProvider
{
    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder)
        => builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status201Created, typeof(T), ["application/json"]));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status201Created;
        httpContext.Response.Headers.Location = location;
        httpContext.Response.Headers.ETag = EntityTag.Of(type.Id, type.Version).ToString();
        return httpContext.Response.WriteWholeAsync(value, httpContext.RequestAborted);
    }
}
