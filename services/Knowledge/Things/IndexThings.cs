using MassTransit;
using OnePlatform.Ontology.Contracts;

namespace OnePlatform.Knowledge.Things;

/// <summary>Things as knowledge. Events come in any order and more than once; the version decides, so no inbox is needed.</summary>
internal sealed class IndexThings(ThingIntake things) : IConsumer<ThingsChanged>
{
    public Task Consume(ConsumeContext<ThingsChanged> context) => things.KeepAsync(context.Message.Things, context.CancellationToken);
}
