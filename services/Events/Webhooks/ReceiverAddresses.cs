using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace OnePlatform.Events.Webhooks;

/// <summary>The addresses a name has at this moment.</summary>
internal delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellationToken);

/// <summary>
/// Keeps what is sent out of the networks it is sent from (SSRF). Asked when a webhook is registered, to say so early, and at
/// every connect, with the very addresses that are connected to: a name may resolve to another address by then.
/// </summary>
internal sealed class ReceiverAddresses(IOptions<WebhookOptions> options, ResolveHost resolve)
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

    private bool AllowsPrivate => options.Value.AllowPrivateAddresses == true;

    /// <returns>What is wrong with the address, or null.</returns>
    public async Task<string?> RefuseAsync(string url, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || uri.Host.Length == 0)
        {
            return "url is an absolute https address.";
        }

        if (uri.Scheme == "http" && !AllowsPrivate)
        {
            return "url must begin with https.";
        }

        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
        {
            return "url has neither a user nor a fragment.";
        }

        try
        {
            return (await ResolveAsync(uri.DnsSafeHost, cancellationToken)).Count > 0 ? null : "url must not lead into a private network.";
        }
        catch (SocketException)
        {
            return "The host of url cannot be found.";
        }
    }

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="HttpRequestException">No address of the host may be connected to.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(context.DnsEndPoint.Host, cancellationToken);
        if (addresses.Count == 0)
        {
            throw new HttpRequestException("The host's address is in a private network.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync([.. addresses], context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetwork
            ? !s_specialV4.Any(n => n.Contains(address))
            : s_publicV6.Contains(address) && !s_specialV6.Any(n => n.Contains(address));
    }

    /// <returns>The host's addresses; none when even one of them is not public.</returns>
    private async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        return AllowsPrivate || addresses.All(IsPublic) ? addresses : [];
    }
}
