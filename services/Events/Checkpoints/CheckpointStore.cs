using System.Data.Common;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using OnePlatform.Events.Reading;
using OnePlatform.Events.Recording;
using OnePlatform.Querying;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Lists;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Checkpoints;

/// <summary>Checkpoints as readers of the log see them, and proofs from its tree.</summary>
internal sealed class CheckpointStore(NpgsqlDataSource dataSource, TenantScope scope, CursorSigner cursors)
{
    private const string Columns = "c.id, c.size, c.root_hash, c.created_at, c.statement";

    public static readonly ListDefinition List = new("events.checkpoints", new FieldMap(
        Field.Id("c.id"),
        Field.Integer("size", "c.size").Sortable().Required(),
        Field.Timestamp("createdAt", "c.created_at"),
        Field.Shown("rootHash"), Field.Shown("statement")))
    {
        DefaultSort = "-size",
        Parameters = [ListParameter.Own(EventLists.Platform)],
    };

    public async Task<(Page<CheckpointResponse>? Page, ListPlan? Plan, IReadOnlyList<QueryError> Errors)> ListAsync(
        Guid group, ListQuery query, CancellationToken cancellationToken)
    {
        if (!List.TryPlan(query, group, cursors, out var plan, out var errors))
        {
            return (null, null, errors);
        }

        var command = new NpgsqlBatchCommand(
            $"""
             select {Columns}, {plan.KeyColumns} from event_checkpoints c where c.group_id = @group and {plan.Where}
             order by {plan.OrderBy} limit {plan.FetchLimit}
             """)
        { Parameters = { new NpgsqlParameter("group", group) } };
        foreach (var (name, value) in plan.Parameters)
        {
            command.Parameters.Add(new NpgsqlParameter(name, value));
        }

        return await QueryAsync(command, async reader => (await plan.ReadPageAsync(reader, Read, cancellationToken), plan, errors), cancellationToken);
    }

    /// <returns>The latest of the group, or the one of that size; null when there is none.</returns>
    public Task<CheckpointResponse?> FindAsync(Guid group, long? size, CancellationToken cancellationToken) => QueryAsync(
        new NpgsqlBatchCommand(
            $"select {Columns} from event_checkpoints c where c.group_id = $1 and ($2 is null or c.size = $2) order by c.size desc limit 1")
        {
            Parameters = { new() { Value = group }, new NpgsqlParameter<long?> { TypedValue = size } },
        },
        async reader => await reader.ReadAsync(cancellationToken) ? Read(reader) : null,
        cancellationToken);

    public Task<TreeTiles> TilesAsync(NpgsqlBatchCommand select, CancellationToken cancellationToken)
        => QueryAsync(select, reader => TreeTiles.ReadAsync(reader, cancellationToken), cancellationToken);

    /// <param name="id">The event.</param>
    /// <param name="size">Of the checkpoint that the proof leads to; null for the latest.</param>
    /// <param name="cancellationToken">Ends the queries.</param>
    /// <returns>Neither when there is no such event.</returns>
    public async Task<(ProofResponse? Proof, ProblemHttpResult? Problem)> ProveAsync(Guid id, long? size, CancellationToken cancellationToken)
    {
        if (await FindEntryAsync(id, cancellationToken) is not var (group, position, entry, leaf))
        {
            return (null, null);
        }

        var checkpoint = await FindAsync(group, size, cancellationToken);
        if (size is not null && (checkpoint is null || checkpoint.Size < position))
        {
            return (null, Problems.Invalid("/size", "no_such_checkpoint", "No checkpoint of this size covers the event."));
        }

        if (checkpoint is null || checkpoint.Size < position)
        {
            return (null, Problems.Conflict("not_yet_sealed", "No checkpoint covers the event yet; the next one will."));
        }

        var path = MerkleTree.InclusionPath(position - 1, checkpoint.Size);
        var tiles = await TilesAsync(TreeTiles.Select(group, path), cancellationToken);
        var hashes = path.Select(tiles.HashOf).ToList();
        if (hashes.Contains(null))
        {
            throw new InvalidDataException($"The tree of group {group} lacks tiles below {checkpoint.Size}.");
        }

        return (new ProofResponse(
            id, group == LogEntry.PlatformGroup ? null : group, position, position - 1, entry,
            Convert.ToHexStringLower(leaf), hashes.ConvertAll(hash => Convert.ToHexStringLower(hash!)), checkpoint), null);
    }

    public async Task<T> QueryAsync<T>(NpgsqlBatchCommand command, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await read(reader);
    }

    private Task<(Guid Group, long Position, string Entry, byte[] Leaf)?> FindEntryAsync(Guid id, CancellationToken cancellationToken) => QueryAsync(
        new NpgsqlBatchCommand($"select e.group_id, e.position, {EventEntry.Sql}, {EventEntry.Leaf} from events e where e.id = $1 and e.group_id = any ($2)")
        {
            Parameters = { new() { Value = id }, new() { Value = scope.Groups.ToArray() } },
        },
        async reader => await reader.ReadAsync(cancellationToken)
            ? (reader.GetGuid(0), reader.GetInt64(1), reader.GetString(2), reader.GetFieldValue<byte[]>(3))
            : ((Guid, long, string, byte[])?)null,
        cancellationToken);

    private static CheckpointResponse Read(DbDataReader row) => new(
        row.GetGuid(0), row.GetInt64(1), Convert.ToHexStringLower(row.GetFieldValue<byte[]>(2)), row.GetFieldValue<DateTimeOffset>(3), row.GetString(4));
}
