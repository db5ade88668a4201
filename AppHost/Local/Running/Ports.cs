using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace OnePlatform.AppHost.Local;

/// <summary>
/// Ports for one run. They come from below the range the kernel gives to outgoing connections, and each is locked across
/// processes, so that platforms started at once do not choose the same one before they listen on it.
/// </summary>
internal sealed class Ports : IDisposable
{
    private const int First = 20000;
    private const int Last = 32000;

    private readonly List<FileLock> _held = [];

    public int Free()
    {
        for (var attempt = 0; attempt < 500; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(First, Last);
            if (FileLock.TryTake(Path.Combine(LockFolder(), $"{port}")) is not { } held)
            {
                continue;
            }

            if (IsFree(port))
            {
                _held.Add(held);
                return port;
            }

            held.Dispose();
        }

        throw new PlatformException($"No free port was found between {First} and {Last}.");
    }

    /// <summary>Whether nobody listens on the port, on either address that localhost means.</summary>
    public static bool IsFree(int port) => CanBind(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanBind(IPAddress.IPv6Loopback, port));

    public void Dispose() => _held.ForEach(held => held.Dispose());

    private static bool CanBind(IPAddress address, int port)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            return true;
        }
        catch (SocketException exception)
        {
            // Without an IPv6 loopback there is nobody on it either.
            return exception.SocketErrorCode == SocketError.AddressNotAvailable;
        }
    }

    private static string LockFolder()
    {
        var folder = Path.Combine(Path.GetTempPath(), "oneplatform-ports");
        if (!Directory.Exists(folder))
        {
            // Every user of the machine takes part.
            Directory.CreateDirectory(folder);
            File.SetUnixFileMode(folder, (UnixFileMode)0b1_111_111_111);
        }

        return folder;
    }
}
