using System.ComponentModel.DataAnnotations;
using System.Net;

namespace OnePlatform.Gateway.Proxy;

/// <summary>How requests reach the services; section <c>Proxy</c>.</summary>
internal sealed class ProxyOptions : IValidatableObject
{
    public const string Section = "Proxy";

    /// <summary>How long a service may be silent before the gateway gives up; streams send something more often than that.</summary>
    public TimeSpan Silence { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>Addresses or networks (CIDR) of the load balancers in front of the gateway, whose <c>X-Forwarded-For</c> is believed.</summary>
    [Required]
    public IReadOnlyList<string> TrustedProxies { get; set; } = [];

    /// <summary>What <see cref="TrustedProxies"/> states; an address is a network of one.</summary>
    public IEnumerable<IPNetwork> TrustedNetworks() => TrustedProxies.Select(stated => NetworkOf(stated)!.Value);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => TrustedProxies
        .Where(stated => NetworkOf(stated) is null)
        .Select(stated => new ValidationResult($"{Section}:{nameof(TrustedProxies)} has '{stated}', which is neither an address nor a network such as 10.0.0.0/8."));

    private static IPNetwork? NetworkOf(string stated) => IPNetwork.TryParse(stated, out var network) ? network
        : IPAddress.TryParse(stated, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;
}
