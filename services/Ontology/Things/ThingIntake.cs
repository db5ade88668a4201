using Npgsql;
using OnePlatform.Ontology.Data;

namespace OnePlatform.Ontology.Things;

/// <summary>Stores what requests create in a group at the same moment in one transaction.</summary>
internal sealed class ThingIntake(NpgsqlDataSource dataSource) : Gathering<NewThing, bool>(dataSource, (Count: 128, Size: 1_000_000))
{
    /// <returns>False when the group does not take it; see <see cref="ThingInsert"/>.</returns>
    /// <exception cref="PostgresException">It cannot be stored; nothing else was held up by it.</exception>
    public Task<bool> StoreAsync(NewThing thing, CancellationToken cancellationToken) => AskAsync(thing, cancellationToken);

    protected override Guid GroupOf(NewThing ask) => ask.Thing.GroupId;

    // Characters, about.
    protected override int SizeOf(NewThing ask) => ask.Event.Body.Length;

    protected override async Task<IReadOnlyList<bool>> AnswerAsync(Guid group, IReadOnlyList<NewThing> asked, CancellationToken cancellationToken)
    {
        await using var batch = BatchIn(group);
        batch.BatchCommands.Add(ThingInsert.Of(asked));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var stored = new HashSet<Guid>(asked.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            stored.Add(reader.GetGuid(0));
        }

        return [.. asked.Select(thing => stored.Contains(thing.Thing.Id))];
    }
}
