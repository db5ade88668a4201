namespace OnePlatform.AppHost.Local.Running;

/// <summary>The variables a service finds, under the names Aspire gives them.</summary>
internal static class InjectedEnvironment
{
    public static Dictionary<string, string?> Of(ProjectResource project)
    {
        var variables = new Dictionary<string, string?>
        {
            ["ASPNETCORE_URLS"] = project.Endpoints.Count == 0 ? null : string.Join(';', project.Endpoints.Select(endpoint => endpoint.Url)),
            ["DOTNET_LAUNCH_PROFILE"] = null,
            ["OTEL_SERVICE_NAME"] = project.Name,
            ["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={Guid.CreateVersion7():n}",
            ["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory",
        };
        foreach (var reference in project.References)
        {
            Add(variables, reference);
        }

        return variables;
    }

    internal static string Encode(string name)
        => string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToUpperInvariant(letter) : '_'));

    private static void Add(Dictionary<string, string?> variables, IResource reference)
    {
        var prefix = Encode(reference.Name);
        if (reference is IResourceWithConnectionString connection)
        {
            variables[$"ConnectionStrings__{reference.Name}"] = connection.ConnectionString;
            foreach (var (property, value) in connection.ConnectionProperties)
            {
                variables[$"{prefix}_{property}"] = value;
            }
        }
        else if (reference is IResourceWithServiceDiscovery service)
        {
            var counts = new Dictionary<string, int>();
            foreach (var endpoint in service.Endpoints)
            {
                var index = counts[endpoint.Name] = counts.GetValueOrDefault(endpoint.Name, -1) + 1;
                variables[$"services__{reference.Name}__{endpoint.Name}__{index}"] = endpoint.Url;
                variables[$"{prefix}_{Encode(endpoint.Name)}"] = endpoint.Url;
            }
        }
    }
}
