using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace OnePlatform.Testing;

/// <summary>
/// A network between two parts, as bad as a test wants it: every connection to <see cref="Port"/> goes on to the target, each byte
/// late by <see cref="Latency"/> and no more of them a second than <see cref="BytesPerSecond"/>, in either direction.
/// </summary>
public sealed class SlowLine : IAsyncDisposable
{
    private const int Piece = 4096;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private readonly string _host;
    private readonly int _port;
    private readonly Task _accepting;
    private long _passed;

    /// <param name="port">Of the target on <paramref name="host"/>.</param>
    public SlowLine(string host, int port)
    {
        (_host, _port) = (host, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>On the loopback address.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>One way; an answer is late by twice as much.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>0 for as many as there are.</summary>
    public int BytesPerSecond { get; set; }

    /// <summary>Bytes that have arrived, in both directions.</summary>
    public long Passed => Interlocked.Read(ref _passed);

    /// <summary>Resets every connection there is, whatever is on its way; new ones are taken.</summary>
    public void Cut()
    {
        foreach (var socket in _sockets.Keys)
        {
            if (_sockets.TryRemove(socket, out _))
            {
                // A reset and not a farewell: who is cut off is not told that the other was done.
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
                socket.Dispose();
            }
        }
    }

    /// <summary>Ends the line for good; nobody listens there any more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ended.IsCancellationRequested)
        {
            return;
        }

        await _ended.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ConnectAsync(await _listener.AcceptSocketAsync(_ended.Token));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The line is taken down.
        }
    }

    private async Task ConnectAsync(Socket near)
    {
        var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        (_sockets[near], _sockets[far]) = (true, true);
        try
        {
            await far.ConnectAsync(_host, _port, _ended.Token);
            await Task.WhenAny(PassAsync(near, far), PassAsync(far, near));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Nobody there, or cut off.
        }
        finally
        {
            foreach (var socket in new[] { near, far })
            {
                // Whoever takes it out of the list ends it.
                if (_sockets.TryRemove(socket, out _))
                {
                    socket.Dispose();
                }
            }
        }
    }

    /// <summary>Reads on while what was read before is still on its way, as a line does that is long and not merely narrow.</summary>
    private async Task PassAsync(Socket from, Socket to)
    {
        var onItsWay = Channel.CreateBounded<(byte[] Bytes, long DueAt)>(1024);
        var arriving = ArriveAsync(onItsWay.Reader, to);
        try
        {
            var buffer = new byte[Piece];
            while (await from.ReceiveAsync(buffer, _ended.Token) is > 0 and var count)
            {
                await onItsWay.Writer.WriteAsync((buffer[..count], Environment.TickCount64 + (long)Latency.TotalMilliseconds), _ended.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut off; what is on its way may still arrive if the other side is there.
        }

        onItsWay.Writer.Complete();
        await arriving;
    }

    private async Task ArriveAsync(ChannelReader<(byte[] Bytes, long DueAt)> onItsWay, Socket to)
    {
        try
        {
            await foreach (var (bytes, dueAt) in onItsWay.ReadAllAsync(_ended.Token))
            {
                var wait = dueAt - Environment.TickCount64;
                wait = BytesPerSecond > 0 ? Math.Max(wait, bytes.Length * 1000L / BytesPerSecond) : wait;
                if (wait > 0)
                {
                    await Task.Delay((int)wait, _ended.Token);
                }

                await to.SendAsync(bytes, _ended.Token);
                Interlocked.Add(ref _passed, bytes.Length);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut off.
        }
    }
}
