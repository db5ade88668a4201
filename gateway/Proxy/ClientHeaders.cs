using Microsoft.Extensions.Primitives;

namespace OnePlatform.Gateway.Proxy;

/// <summary>Takes away what a client must not say to a service: who it is, by which ways it came, and its credential.</summary>
internal static class ClientHeaders
{
    private static readonly string[] s_prefixes =
        ["X-Forwarded-", "X-Internal-", "X-User-", "X-Auth-", "X-Original-", "X-Client-", "X-Identity-", "X-Tenant-", "X-Role", "X-Scope", "X-Caller-", "X-Envoy-", "X-Ms-Client-Principal"];

    private static readonly HashSet<string> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        "X-API-Key", "X-Group-Id", "Forwarded", "X-Real-IP", "X-User", "X-Tenant", "X-Authenticated-User", "True-Client-IP", "CF-Connecting-IP",
        "X-Cluster-Client-IP", "X-HTTP-Method-Override", "X-Method-Override", "X-Rewrite-URL", "Proxy-Authorization", "Proxy", "Via",
    };

    /// <param name="authorization">What the service is told instead; null for nothing.</param>
    /// <param name="keepCookies">For the pages and routes of sign-in.</param>
    public static void Replace(IHeaderDictionary headers, StringValues authorization, bool keepCookies)
    {
        List<string>? unwanted = null;
        foreach (var header in headers)
        {
            if (IsUnwanted(header.Key))
            {
                (unwanted ??= []).Add(header.Key);
            }
        }

        foreach (var name in unwanted ?? [])
        {
            headers.Remove(name);
        }

        if (!keepCookies)
        {
            headers.Remove("Cookie");
        }

        headers.Authorization = authorization;
    }

    private static bool IsUnwanted(string name)
    {
        // Most headers of a request are none of ours; do not hash them all.
        switch (name[0])
        {
            case 'X' or 'x':
                foreach (var prefix in s_prefixes)
                {
                    if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                    {
                        return true;
                    }
                }

                break;
            case 'F' or 'f' or 'T' or 't' or 'C' or 'c' or 'P' or 'p' or 'V' or 'v':
                break;
            default:
                return false;
        }

        return s_names.Contains(name);
    }
}
