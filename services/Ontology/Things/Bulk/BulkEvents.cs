using System.Text.Json;
using OnePlatform.Contracts;
using OnePlatform.Ontology.Data;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things.Bulk;

/// <summary>The events of a bulk change: one line that sums it up, and a line for each thing.</summary>
internal static class BulkEvents
{
    // A message also stays well below what brokers carry, however large its things are.
    private const int MostBytes = 512 * 1024;

    public static List<IIntegrationEvent> Of(
        Guid groupId, string operation, List<ThingResponse> things, List<LogLine> lines, int failed, EventOrigin origin, DateTimeOffset now)
    {
        var summary = new LogLine(
            Guid.CreateVersion7(now), groupId, "bulk_operation", now, Metadata: JsonSerializer.SerializeToElement(
                new { EntityType = ThingEvents.Kind, Operation = operation, things.Count, Failed = failed }, ApiJson.Options));
        var events = new List<IIntegrationEvent> { new ActivityLogged(Guid.CreateVersion7(now), now, origin, [summary]) };
        for (var from = 0; from < things.Count;)
        {
            var to = from;
            for (var bytes = 0; to < things.Count && to - from < OutboxWriting.MostLines && bytes < MostBytes; to++)
            {
                bytes += System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(things[to].Properties).Length;
            }

            events.Add(ThingEvents.Of(things[from..to], origin, lines[from..to], now));
            from = to;
        }

        return events;
    }
}
