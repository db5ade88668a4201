namespace Aspire.Hosting;

// Publishing is the Aspire engine's: here the flag is refused when the application runs, and these need do nothing.
internal static class DockerComposeEnvironmentExtensions
{
    public static void AddDockerComposeEnvironment(this IDistributedApplicationBuilder builder, string name)
        => builder.Configuration["publish-to"] = name;
}

internal static class KubernetesEnvironmentExtensions
{
    public static void AddKubernetesEnvironment(this IDistributedApplicationBuilder builder, string name)
        => builder.Configuration["publish-to"] = name;
}
