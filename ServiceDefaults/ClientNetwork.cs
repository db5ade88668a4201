using System.Net;
using System.Net.Sockets;

namespace OnePlatform.ServiceDefaults;

/// <summary>What counts as one client where attempts and requests are limited by address.</summary>
public static class ClientNetwork
{
    /// <summary>An IPv4 address, however it is written; of IPv6 the /64, for a household or a server has all of it.</summary>
    public static string Of(IPAddress? address)
    {
        if (address is null)
        {
            return "unknown";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4().ToString();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return $"{new IPAddress(bytes)}/64";
    }

    /// <summary>The same of an address as text.</summary>
    public static string Of(string? address) => Of(IPAddress.TryParse(address, out var parsed) ? parsed : null);
}
