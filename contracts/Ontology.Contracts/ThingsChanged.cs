using System.Text.Json;
using OnePlatform.Contracts;

namespace OnePlatform.Ontology.Contracts;

/// <summary>Things were created, changed, archived or restored; carries each as it now is.</summary>
public sealed record ThingsChanged(
    Guid EventId, DateTimeOffset OccurredAt, EventOrigin Origin, IReadOnlyList<LogLine> Log, IReadOnlyList<ThingSnapshot> Things)
    : ILoggedEvent, IGatheredEvent
{
    /// <inheritdoc/>
    public IIntegrationEvent With(Guid eventId, IReadOnlyList<IGatheredEvent> others)
        => this with { EventId = eventId, Log = [], Things = [.. Things, .. others.Cast<ThingsChanged>().SelectMany(o => o.Things)] };
}

/// <summary>A thing as other services need it, to index it for search above all.</summary>
/// <param name="Properties">A JSON object.</param>
/// <param name="Status">draft, active, published, inactive or archived.</param>
/// <param name="Version">Grows with every change; an older snapshot than the one held is ignored.</param>
public sealed record ThingSnapshot(
    Guid Id, Guid GroupId, string Type, string Name, string Status, JsonElement Properties, DateTimeOffset UpdatedAt, long Version);
