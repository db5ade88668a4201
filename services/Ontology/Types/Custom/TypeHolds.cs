using Npgsql;

namespace OnePlatform.Ontology.Types.Custom;

/// <summary>
/// A row is checked against a type before its transaction begins. Holding the type in the transaction makes sure that it is still
/// the same, and that it stays so until the row is there for others to see. The types every group has never change.
/// </summary>
internal static class TypeHolds
{
    /// <returns>None for a type that every group has.</returns>
    public static IEnumerable<NpgsqlBatchCommand> Of(CustomType? type) => type is null ? [] : [Of(type.Id, type.Version)];

    public static async Task HoldAsync(this NpgsqlConnection connection, IEnumerable<CustomType?> types, CancellationToken cancellationToken)
    {
        // In one order, so that writers of several types do not wait for each other in a circle.
        var held = types.OfType<CustomType>().Distinct().OrderBy(t => t.Id).ToList();
        if (held.Count == 0)
        {
            return;
        }

        await using var batch = new NpgsqlBatch(connection);
        held.ForEach(type => batch.BatchCommands.Add(Of(type.Id, type.Version)));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand Of(Guid id, long version) => new("select hold_type($1, $2)")
    {
        Parameters = { new NpgsqlParameter<Guid> { TypedValue = id }, new NpgsqlParameter<long> { TypedValue = version } },
    };
}
