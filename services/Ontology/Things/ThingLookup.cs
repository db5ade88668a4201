using Npgsql;
using OnePlatform.Ontology.Data;

namespace OnePlatform.Ontology.Things;

/// <summary>Finds what requests of a group ask for by id at the same moment with one query.</summary>
internal sealed class ThingLookup(NpgsqlDataSource dataSource) : Gathering<(Guid Group, Guid Id), ThingResponse?>(dataSource, (Count: 64, Size: 1))
{
    private const string Sql = $"select {ThingRow.Columns} from things t where t.id = any ($1) and t.group_id = $2";

    /// <summary>The thing as it is after this was called, whoever may see it.</summary>
    public Task<ThingResponse?> FindAsync(Guid group, Guid id, CancellationToken cancellationToken) => AskAsync((group, id), cancellationToken);

    protected override Guid GroupOf((Guid Group, Guid Id) ask) => ask.Group;

    protected override async Task<IReadOnlyList<ThingResponse?>> AnswerAsync(Guid group, IReadOnlyList<(Guid Group, Guid Id)> asked, CancellationToken cancellationToken)
    {
        await using var batch = BatchIn(group);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Sql)
        {
            Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = [.. asked.Select(a => a.Id)] }, new NpgsqlParameter<Guid> { TypedValue = group } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var found = new Dictionary<Guid, ThingResponse>(asked.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            var thing = ThingRow.Read(reader);
            found[thing.Id] = thing;
        }

        return [.. asked.Select(a => found.GetValueOrDefault(a.Id))];
    }
}
