using System.Net;

namespace OnePlatform.Identity.ApiKeys;

/// <summary>Networks that a key may be used from.</summary>
internal static class AllowedNetworks
{
    /// <returns>The network in CIDR notation, a single address as one of its own; null for anything else.</returns>
    public static string? Normalize(string text) => Parse(text)?.ToString();

    public static bool Allow(IReadOnlyCollection<string> networks, string? clientIp)
    {
        if (networks.Count == 0)
        {
            return true;
        }

        return IPAddress.TryParse(clientIp, out var address) && networks.Any(n => IPNetwork.Parse(n).Contains(Plain(address)));
    }

    /// <summary>Whether every network of <paramref name="inner"/> lies within one of <paramref name="outer"/>; an empty list is everywhere.</summary>
    public static bool Within(IReadOnlyCollection<string> outer, IReadOnlyCollection<string> inner)
        => outer.Count == 0 || (inner.Count > 0 && inner.All(i => outer.Any(o => Covers(IPNetwork.Parse(o), IPNetwork.Parse(i)))));

    private static bool Covers(IPNetwork outer, IPNetwork inner)
        => inner.PrefixLength >= outer.PrefixLength && outer.Contains(inner.BaseAddress);

    private static IPNetwork? Parse(string text)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            address = Plain(address);
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        return IPNetwork.TryParse(text, out var network) ? network : null;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
