using System.Threading.Channels;

namespace OnePlatform.Messaging;

/// <summary>
/// Wakes one who looks for work, within this process, so that nobody waits for its next look. Calls that come while it is
/// busy become one; a look at intervals finds what another process left.
/// </summary>
public class WakeUp
{
    private readonly Channel<bool> _calls = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Call when what there is to find can be found: after the commit.</summary>
    public void Wake() => _calls.Writer.TryWrite(true);

    /// <summary>Call before looking: the look answers every call until now.</summary>
    public void Forget() => _calls.Reader.TryRead(out _);

    /// <returns>False when <paramref name="atMost"/> passed without a call: time to look for what has become due.</returns>
    public async Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(atMost);
        try
        {
            return await _calls.Reader.ReadAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
