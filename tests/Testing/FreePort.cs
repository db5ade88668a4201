using System.Net;
using System.Net.Sockets;

namespace OnePlatform.Testing;

public static class FreePort
{
    /// <summary>A port that was free a moment ago, for servers whose own address is part of their configuration.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
