using OnePlatform.Tenancy;

namespace OnePlatform.Events.Tests;

/// <summary>Groups as the service would have heard of them.</summary>
internal static class GroupTreeRows
{
    public static Task AddAsync(EventsHost host, Guid[] path, bool allowParentAccess = true)
        => host.Database.ScalarAsync<int>(
            """
            insert into group_tree (id, parent_id, path, path_key, slug, name, status, plan, allow_parent_access, security, limits, cors_origins, version)
            values ($1, $2, $3, $4, 'g', 'G', 'active', 'pro', $5,
                    '{"RequireTwoFactor":false,"RequireVerifiedEmail":false}', '{}', '{}', 1)
            """,
            path[^1], path.Length > 1 ? path[^2] : Guid.Empty, path, GroupNode.KeyOf(path), allowParentAccess);
}
