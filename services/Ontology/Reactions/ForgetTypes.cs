using MassTransit;
using OnePlatform.Ontology.Contracts;
using OnePlatform.Ontology.Types.Custom;

namespace OnePlatform.Ontology.Reactions;

/// <summary>Every instance remembers types, so every instance hears of changes.</summary>
internal sealed class ForgetTypes(TypeCatalog catalog) : IConsumer<TypesChanged>
{
    public Task Consume(ConsumeContext<TypesChanged> context)
    {
        catalog.Forget();
        return Task.CompletedTask;
    }
}
