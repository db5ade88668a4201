using Npgsql;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Groups;

/// <summary>Widens a unit of work from its acting group to the groups below it.</summary>
internal sealed class GroupSubtree(NpgsqlDataSource dataSource, TenantScope scope)
{
    // '0' follows '/' in the collation, so this range is exactly the keys that begin with "key/".
    private const string Below =
        """
        select g.id, g.parent_id, g.status = $2 and coalesce((g.settings ->> 'allowParentAccess')::boolean, true)
        from groups r join groups g on g.path_key >= r.path_key || '/' and g.path_key < r.path_key || '0'
        where r.id = $1 order by g.path_key
        """;

    /// <summary>The acting group and its active descendants, as far as every group on the way down allows its parent access.</summary>
    public async Task<Guid[]> WidenAsync(CancellationToken cancellationToken)
    {
        var root = scope.Groups[0];
        List<Guid> groups = [root];
        var reachable = new HashSet<Guid> { root };
        await using (var batch = dataSource.CreateTenantBatch(scope))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Below) { Parameters = { new() { Value = root }, new() { Value = Group.Active } } });
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                // Parents come before their children, so one pass closes everything below a closed group.
                if (reader.GetBoolean(2) && reachable.Contains(reader.GetGuid(1)))
                {
                    reachable.Add(reader.GetGuid(0));
                    groups.Add(reader.GetGuid(0));
                }
            }
        }

        scope.ActIn(groups);
        return [.. groups];
    }
}
