using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Gateway.Proxy;

/// <summary>How requests reach the services; section <c>Proxy</c>.</summary>
internal sealed class ProxyOptions
{
    public const string Section = "Proxy";

    /// <summary>How long a service may be silent before the gateway gives up; streams send something more often than that.</summary>
    public TimeSpan Silence { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>Networks (CIDR) of the load balancers in front of the gateway, whose <c>X-Forwarded-For</c> is believed.</summary>
    [Required]
    public IReadOnlyList<string> TrustedProxies { get; set; } = [];
}
