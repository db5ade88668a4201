namespace OnePlatform.Contracts;

/// <summary>A fact one service tells the others. Delivered at least once and in no promised order.</summary>
public interface IIntegrationEvent
{
    /// <summary>Version-7 UUID; the key by which a consumer recognises a second delivery.</summary>
    Guid EventId { get; }

    /// <summary>When the change was committed, UTC.</summary>
    DateTimeOffset OccurredAt { get; }
}

/// <summary>An integration event whose lines belong in the event log.</summary>
public interface ILoggedEvent : IIntegrationEvent
{
    /// <summary>Who caused it and by which request.</summary>
    EventOrigin Origin { get; }

    /// <summary>One line per mutation; a bulk change carries many.</summary>
    IReadOnlyList<LogLine> Log { get; }
}
