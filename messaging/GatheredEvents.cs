using OnePlatform.Contracts;

namespace OnePlatform.Messaging;

/// <summary>Joins events of a contract that are as well sent as one, up to a size that is easy on the broker and on whoever reads it.</summary>
internal sealed class GatheredEvents(TimeProvider clock)
{
    private const int LargestMessage = 256 * 1024;

    private readonly List<Gathering> _all = [];
    private readonly Dictionary<Type, Gathering> _open = [];

    public void Add(ClaimedMessage message, IGatheredEvent content)
    {
        if (!_open.TryGetValue(content.GetType(), out var gathering) || gathering.Size + message.Body.Length > LargestMessage)
        {
            _all.Add(_open[content.GetType()] = gathering = new Gathering());
        }

        gathering.Add(message, content);
    }

    /// <summary>What is to be sent, each with the messages it is made of.</summary>
    public IEnumerable<(IIntegrationEvent Content, IReadOnlyList<ClaimedMessage> Of)> All() => _all.Select(g => (g.Content(clock), g.Of));

    private sealed class Gathering
    {
        private readonly List<IGatheredEvent> _contents = [];
        private readonly List<ClaimedMessage> _of = [];

        public int Size { get; private set; }

        public IReadOnlyList<ClaimedMessage> Of => _of;

        public void Add(ClaimedMessage message, IGatheredEvent content)
        {
            _contents.Add(content);
            _of.Add(message);
            Size += message.Body.Length;
        }

        // Another id than its first event's: gathered again after a failure, it may carry other things than before.
        public IIntegrationEvent Content(TimeProvider clock)
            => _contents is [var only] ? only : _contents[0].With(Guid.CreateVersion7(clock.GetUtcNow()), _contents[1..]);
    }
}
