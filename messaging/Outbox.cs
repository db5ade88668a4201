namespace OnePlatform.Messaging;

/// <summary>What an operator can do about events that could not be published.</summary>
public sealed class Outbox
{
    private readonly OutboxTable _table;
    private readonly OutboxSignal _signal;
    private readonly TimeProvider _clock;

    internal Outbox(OutboxTable table, OutboxSignal signal, TimeProvider clock)
    {
        _table = table;
        _signal = signal;
        _clock = clock;
    }

    /// <summary>Gives every event that was set aside another life.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RedriveAsync(CancellationToken cancellationToken)
    {
        var count = await _table.RedriveAsync(_clock.GetUtcNow(), cancellationToken);
        _signal.Wake();
        return count;
    }
}
