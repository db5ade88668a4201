namespace OnePlatform.Gateway.Limits;

/// <summary>
/// Requests of one bucket that this instance has taken in advance, so that most requests ask nobody. What is leased counts as
/// spent from the moment it is asked for; what is not used within a second is lost, so a lease follows what was used last time.
/// </summary>
internal sealed class Lease(TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);
    private const int Largest = 2000;
    private readonly Lock _lock = new();
    private long _since;
    private int _left;
    private int _used;
    private int _size;
    private int _remaining;
    private int _reset;
    private bool _isAsking;

    /// <returns>Whether the price was paid out of the lease.</returns>
    public bool TryTake(int price, out long paidFrom, out int remaining, out int reset)
    {
        lock (_lock)
        {
            (paidFrom, remaining, reset) = (_since, 0, _reset);
            if (_left < price || clock.GetElapsedTime(_since) >= Lifetime)
            {
                return false;
            }

            _left -= price;
            _used += price;
            remaining = _remaining + _left;
            return true;
        }
    }

    /// <summary>Because another limit of the same request refused it.</summary>
    public void GiveBack(int price, long paidFrom)
    {
        lock (_lock)
        {
            // Into a newer lease it would live longer than Redis counts it.
            if (_since == paidFrom)
            {
                _left += price;
                _used -= price;
            }
        }
    }

    /// <returns>How much to ask for beyond the price; null while another request is asking, or the two would lease double.</returns>
    public int? StartAsking()
    {
        lock (_lock)
        {
            if (_isAsking)
            {
                return null;
            }

            _isAsking = true;
            var wasUsedUp = clock.GetElapsedTime(_since) < Lifetime;
            _size = wasUsedUp ? Math.Clamp(_size * 2, 1, Largest) : Math.Min(_used, _size);
            return _size;
        }
    }

    /// <param name="askedAt">Before the question was sent: the lease ends no later than Redis counts it.</param>
    public void Answer(bool asked, long askedAt, int granted, int remaining, int reset)
    {
        lock (_lock)
        {
            (_remaining, _reset) = (remaining, reset);
            if (asked)
            {
                // What was left of the one before goes: it would end earlier than this.
                (_since, _left, _used, _isAsking) = (askedAt, granted, 0, false);
            }
        }
    }

    /// <summary>There was no answer.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _isAsking = false;
        }
    }
}
