using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace OnePlatform.ServiceDefaults;

/// <summary>A header that an endpoint reads by itself, for the document: the framework sees nothing of it.</summary>
public sealed record StatedHeader(string Name, string Description);

/// <summary>The OpenAPI document of a service; the gateway merges them.</summary>
public static class ApiDescription
{
    /// <summary>The extension of an operation that states its <see cref="AccessRule"/>: <c>{"scope":"things:read","role":"customer"}</c>.</summary>
    public const string AccessExtension = "x-access";

    private const string ProblemSchema = "Problem";
    private const string ProblemMedia = "application/problem+json";

    /// <summary>Adds the document <c>v1</c>: credentials from each route's <see cref="AccessRule"/>, and the answers any route can give.</summary>
    public static WebApplicationBuilder AddApiDescription(this WebApplicationBuilder builder)
    {
        builder.Services.AddOpenApi("v1", options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Components ??= new OpenApiComponents();
                document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
                {
                    ["apiKey"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-API-Key" },
                    ["bearer"] = new OpenApiSecurityScheme
                    {
                        Type = SecuritySchemeType.Http,
                        Scheme = "bearer",
                        BearerFormat = "JWT",
                        Description = "An access token, signed with ES256 and checked by the practices of RFC8725; or an API key.",
                    },
                };
                document.AddComponent(ProblemSchema, MakeProblemSchema());
                return Task.CompletedTask;
            });
            options.AddOperationTransformer(Describe);
            options.AddSchemaTransformer((schema, context, _) =>
            {
                // Behind a converter of our own the framework sees no type.
                if (Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) is { } inner ? inner == typeof(DateTimeOffset) : context.JsonTypeInfo.Type == typeof(DateTimeOffset))
                {
                    schema.Type = context.JsonTypeInfo.Type == typeof(DateTimeOffset) ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
                    schema.Format = "date-time";
                }

                return Task.CompletedTask;
            });
        });
        return builder;
    }

    /// <summary>Adds the answers that any operation can give.</summary>
    public static void AddCommonProblems(this OpenApiOperation operation, OpenApiDocument document)
    {
        AddProblem(operation, document, "429", "A limit is exhausted; Retry-After says until when.");
        AddProblem(operation, document, "503", "Something the answer needs is not available; Retry-After says when to try again.");
    }

    private static Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        operation.Responses ??= [];
        UseOneProblem(operation, context);
        AddProblem(operation, context.Document!, "400", "The request is malformed or invalid.");
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<AccessRule>().LastOrDefault() is { } rule)
        {
            AddProblem(operation, context.Document!, "401", "No credential, or one that is not valid.");
            AddProblem(operation, context.Document!, "403", rule.Scope is null
                ? $"The role in the acting group is below {RoleNames.NameOf(rule.MinimumRole)}."
                : $"The credential lacks the scope {rule.Scope}, or the role in the acting group is below {RoleNames.NameOf(rule.MinimumRole)}.");
            operation.Security =
            [
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("apiKey", context.Document)] = [] },
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", context.Document)] = [] },
            ];
            operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
            operation.Extensions[AccessExtension] = new JsonNodeExtension(
                new JsonObject { ["scope"] = rule.Scope, ["role"] = RoleNames.NameOf(rule.MinimumRole) });
        }

        foreach (var header in context.Description.ActionDescriptor.EndpointMetadata.OfType<StatedHeader>())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = header.Name,
                In = ParameterLocation.Header,
                Description = header.Description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        operation.AddCommonProblems(context.Document!);
        return Task.CompletedTask;
    }

    // The framework describes its own type, which lacks the members that every problem of the platform has.
    private static void UseOneProblem(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        foreach (var response in operation.Responses!.Values)
        {
            if (response.Content is { } content && content.ContainsKey(ProblemMedia))
            {
                content[ProblemMedia] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(ProblemSchema, context.Document) };
            }
        }
    }

    private static void AddProblem(OpenApiOperation operation, OpenApiDocument document, string status, string description)
    {
        var response = new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [ProblemMedia] = new() { Schema = new OpenApiSchemaReference(ProblemSchema, document) },
            },
        };
        operation.Responses![status] = response;
    }

    private static OpenApiSchema MakeProblemSchema()
    {
        static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "An error, by RFC 9457.",
            Required = new HashSet<string> { "type", "title", "status", "code" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = Text("URL of a page about this problem."),
                ["title"] = Text("The status in words."),
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Description = "The HTTP status." },
                ["detail"] = Text("What went wrong this time."),
                ["instance"] = Text("Path of the request."),
                ["code"] = Text("Stable name of the problem."),
                ["traceId"] = Text("Id by which the operator finds the request."),
                ["errors"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Description = "Every fault found in the request.",
                    Items = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Properties = new Dictionary<string, IOpenApiSchema>
                        {
                            ["pointer"] = Text("JSON Pointer to the fault."),
                            ["code"] = Text("Stable name of the fault."),
                            ["detail"] = Text("What is wrong."),
                        },
                    },
                },
            },
        };
    }
}
