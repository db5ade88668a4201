using System.Reflection;
using OnePlatform.Gateway.Proxy;

namespace OnePlatform.Gateway.Documents;

internal static class HealthEndpoint
{
    private static readonly string s_version =
        typeof(HealthEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    public static IResult Answer(HttpContext context)
        => TypedResults.Ok(new HealthResponse("ok", s_version, RequestPass.Of(context).Grant?.Answer.GroupId));
}

/// <param name="GroupId">The acting group of the credential, when there was one.</param>
public sealed record HealthResponse(string Status, string Version, Guid? GroupId);
