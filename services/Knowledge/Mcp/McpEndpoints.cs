using ModelContextProtocol.Protocol;
using OnePlatform.Knowledge.Http;
using OnePlatform.ServiceDefaults;
using Role = OnePlatform.ServiceDefaults.Role;

namespace OnePlatform.Knowledge.Mcp;

/// <summary>The Model Context Protocol over Streamable HTTP, without sessions, so that any instance answers any request.</summary>
internal static class McpEndpoints
{
    public static IServiceCollection AddMcp(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddHttpClient(PlatformApi.Ontology, client => client.BaseAddress = new Uri("https+http://ontology"));
        services.AddHttpClient(PlatformApi.Events, client => client.BaseAddress = new Uri("https+http://events"));
        services.AddScoped<PlatformApi>().AddScoped<McpCalls>();
        services.AddMcpServer(options => options.ServerInfo = new Implementation { Name = "oneplatform", Version = "1.0.0", Title = "OnePlatform" })
            .WithHttpTransport(options => options.Stateless = true)
            .WithListToolsHandler((request, _) => ValueTask.FromResult(new ListToolsResult { Tools = [.. McpTools.For(ContextOf(request.Services).RequiredCaller())] }))
            .WithCallToolHandler(async (request, cancellationToken) =>
            {
                var context = ContextOf(request.Services);
                return await context.RequestServices.GetRequiredService<McpCalls>().CallAsync(
                    context, request.Params.Name, request.Params.Arguments ?? new Dictionary<string, System.Text.Json.JsonElement>(), cancellationToken);
            });
        return services;
    }

    public static void MapMcpTools(this IEndpointRouteBuilder routes)
        => routes.MapMcp("/mcp").Access(null, Role.GroupUser).ExcludeFromDescription();

    private static HttpContext ContextOf(IServiceProvider? services)
        => services?.GetService<IHttpContextAccessor>()?.HttpContext ?? throw new InvalidOperationException("A tool is called in a request.");
}
