using MassTransit;
using OnePlatform.Ontology.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Things;

/// <summary>Things as knowledge. Events come in any order and more than once; the version decides, so no inbox is needed.</summary>
internal sealed class IndexThings(ThingIndex things, TenantScope scope) : IConsumer<ThingsChanged>
{
    public async Task Consume(ConsumeContext<ThingsChanged> context)
    {
        scope.ActAsSystem();
        foreach (var group in context.Message.Things.GroupBy(t => t.GroupId))
        {
            // The latest of each is enough, whatever happened in between.
            await things.KeepAsync(
                group.Key, [.. group.GroupBy(t => t.Id).Select(t => t.MaxBy(s => s.Version)!)], context.CancellationToken);
        }
    }
}
