using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Webhooks;

/// <summary>
/// Keeps what is sent out of the networks it is sent from (SSRF). Asked when a webhook is registered, to say so early, and at
/// every connect, with the very addresses that are connected to: a name may resolve to another address by then.
/// </summary>
internal sealed class ReceiverAddresses(IOptions<WebhookOptions> options, ResolveHost resolve)
{
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
            return (await PublicAddresses.ResolveAsync(uri.DnsSafeHost, AllowsPrivate, resolve, cancellationToken)).Count > 0 ? null : "url must not lead into a private network.";
        }
        catch (SocketException)
        {
            return "The host of url cannot be found.";
        }
    }

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="HttpRequestException">No address of the host may be connected to.</exception>
    public ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
        => PublicAddresses.ConnectAsync(context.DnsEndPoint, AllowsPrivate, resolve, cancellationToken);

    internal static bool IsPublic(IPAddress address) => PublicAddresses.Contains(address);
}
