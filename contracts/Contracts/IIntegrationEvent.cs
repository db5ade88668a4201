namespace OnePlatform.Contracts;

/// <summary>A fact one service tells the others. Delivered at least once and in no promised order.</summary>
public interface IIntegrationEvent
{
    /// <summary>Version-7 UUID; the key by which a consumer recognises a second delivery.</summary>
    Guid EventId { get; }

    /// <summary>When the change was committed, UTC.</summary>
    DateTimeOffset OccurredAt { get; }
}

/// <summary>
/// An event whose readers want the latest state of what it carries, whatever happened in between. The relay sends those that it
/// publishes together as one, under an id of its own: a reader recognises what it has by versions, not by the event's id.
/// </summary>
public interface IGatheredEvent : IIntegrationEvent
{
    /// <summary>One event that carries what this one and all the others carry. It says nothing to the log, for that has been said.</summary>
    /// <param name="eventId">Its id.</param>
    /// <param name="others">Of the same contract.</param>
    IIntegrationEvent With(Guid eventId, IReadOnlyList<IGatheredEvent> others);
}

/// <summary>An integration event whose lines belong in the event log.</summary>
public interface ILoggedEvent : IIntegrationEvent
{
    /// <summary>Who caused it and by which request.</summary>
    EventOrigin Origin { get; }

    /// <summary>One line per mutation; a bulk change carries many.</summary>
    IReadOnlyList<LogLine> Log { get; }
}
