using System.Net;
using System.Net.Sockets;

namespace OnePlatform.ServiceDefaults;

/// <summary>The addresses a name has at this moment; <see cref="Dns.GetHostAddressesAsync(string, CancellationToken)"/> outside tests.</summary>
public delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellationToken);

/// <summary>
/// Keeps requests to addresses that callers name out of the networks they are sent from (SSRF). Asked at every connect, with the
/// very addresses that are connected to: a name may resolve to another address by then.
/// </summary>
public static class PublicAddresses
{
    // Everything that IANA's special-purpose registries say is not globally reachable.
    private static readonly IPNetwork[] s_specialV4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    // Only what is allotted to the public internet, less tunnels that end in IPv4 addresses, and documentation.
    private static readonly IPNetwork s_publicV6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] s_specialV6 =
        [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(n => IPNetwork.Parse(n))];

    /// <summary>Whether the address is one of the public internet.</summary>
    public static bool Contains(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetwork
            ? !s_specialV4.Any(n => n.Contains(address))
            : s_publicV6.Contains(address) && !s_specialV6.Any(n => n.Contains(address));
    }

    /// <summary>The addresses of a name or literal; none when even one of them is not public.</summary>
    /// <exception cref="SocketException">The name cannot be resolved.</exception>
    public static async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, bool allowPrivate, ResolveHost resolve, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        return allowPrivate || addresses.All(Contains) ? addresses : [];
    }

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="HttpRequestException">No address of the host may be connected to.</exception>
    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, bool allowPrivate, ResolveHost resolve, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(host.Host, allowPrivate, resolve, cancellationToken);
        if (addresses.Count == 0)
        {
            throw new HttpRequestException("The host's address is in a private network.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync([.. addresses], host.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
