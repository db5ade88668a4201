using System.Text.Json;
using MassTransit;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Ontology.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Tenancy;

/// <summary>
/// Keeps the copy of the group tree. Events come in any order and more than once; the version decides, so no inbox is needed.
/// </summary>
/// <typeparam name="TDb">The service's context, for a queue name of its own.</typeparam>
/// <param name="dataSource">Of the copy.</param>
/// <param name="scope">Of the message.</param>
/// <param name="followers">Told once the copy is up to date.</param>
public sealed class KeepGroupTree<TDb>(NpgsqlDataSource dataSource, TenantScope scope, IEnumerable<IGroupTreeFollower> followers) : IConsumer<GroupsChanged>
    where TDb : TenantDb
{
    private const string Upsert =
        """
        insert into group_tree (id, parent_id, path, path_key, slug, name, status, plan, allow_parent_access, security, limits, cors_origins, version, require_if_match)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        on conflict (id) do update set
            parent_id = excluded.parent_id, path = excluded.path, path_key = excluded.path_key, slug = excluded.slug, name = excluded.name,
            status = excluded.status, plan = excluded.plan, allow_parent_access = excluded.allow_parent_access,
            security = excluded.security, limits = excluded.limits, cors_origins = excluded.cors_origins, version = excluded.version,
            require_if_match = excluded.require_if_match
        where group_tree.version < excluded.version
        """;

    public async Task Consume(ConsumeContext<GroupsChanged> context)
    {
        scope.ActAsSystem();
        await using var batch = dataSource.CreateTenantBatch(scope);
        foreach (var group in context.Message.Groups)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Upsert)
            {
                Parameters =
                {
                    new() { Value = group.Id },
                    new() { Value = (object?)group.ParentId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                    new() { Value = group.Path.ToArray() },
                    new() { Value = GroupNode.KeyOf(group.Path) },
                    new() { Value = group.Slug },
                    new() { Value = group.Name },
                    new() { Value = group.Status },
                    new() { Value = group.Plan },
                    new() { Value = group.AllowParentAccess },
                    new() { Value = JsonSerializer.Serialize(group.Security), NpgsqlDbType = NpgsqlDbType.Jsonb },
                    new() { Value = JsonSerializer.Serialize(group.Limits), NpgsqlDbType = NpgsqlDbType.Jsonb },
                    new() { Value = group.CorsOrigins.ToArray() },
                    new() { Value = group.Version },
                    new() { Value = group.RequireIfMatch },
                },
            });
        }

        await batch.ExecuteNonQueryAsync(context.CancellationToken);
        foreach (var follower in followers)
        {
            await follower.FollowAsync(context);
        }
    }
}

/// <summary>What a service does once its copy of the groups has what an event told. When it fails, the event comes again.</summary>
public interface IGroupTreeFollower
{
    Task FollowAsync(ConsumeContext<GroupsChanged> context);
}
