using OnePlatform.Knowledge.Index;
using OnePlatform.Ontology.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Things;

/// <summary>Indexes the things of many deliveries together.</summary>
internal sealed class ThingIntake(IServiceScopeFactory scopes) : Intake<IReadOnlyList<ThingSnapshot>>
{
    protected override int RowsOf(IReadOnlyList<ThingSnapshot> work) => work.Count;

    protected override async Task DoAsync(IReadOnlyList<IReadOnlyList<ThingSnapshot>> works, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().ActAsSystem();
        var index = scope.ServiceProvider.GetRequiredService<ThingIndex>();
        foreach (var group in works.SelectMany(things => things).GroupBy(t => t.GroupId))
        {
            // The latest of each is enough, whatever happened in between.
            await index.KeepAsync(group.Key, [.. group.GroupBy(t => t.Id).Select(t => t.MaxBy(s => s.Version)!)], cancellationToken);
        }
    }
}
