using Npgsql;
using OnePlatform.Querying;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Lists;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.ApiKeys;

/// <summary>Lists the API keys of the acting group.</summary>
internal sealed class ApiKeyList(NpgsqlDataSource dataSource, TenantScope scope, CursorSigner cursors, TimeProvider clock)
{
    private const string Columns =
        """
        k.id, k.group_id, k.name, k.prefix, k.scopes, k.subtree, k.rate_requests, k.rate_burst, k.ip_allow, k.created_by, k.made_by_key_id,
        k.replaced_by_id, k.created_at, k.updated_at, k.expires_at, k.revoked_at, k.last_used_at, k.last_used_ip, k.use_count, k.version
        """;

    private static readonly ListDefinition s_definition = new("identity.api-keys", new FieldMap(
        Field.Id("k.id"),
        Field.String("name", "k.name").Sortable().Required().Searched(),
        Field.String("prefix", "k.prefix"),
        Field.StringArray("scopes", "k.scopes"),
        Field.Boolean("subtree", "k.subtree"),
        Field.Uuid("createdBy", "k.created_by"),
        Field.Uuid("madeByKeyId", "k.made_by_key_id"),
        Field.Uuid("replacedById", "k.replaced_by_id"),
        Field.Timestamp("createdAt", "k.created_at").Sortable().Required(),
        Field.Timestamp("updatedAt", "k.updated_at").Sortable().Required(),
        Field.Timestamp("expiresAt", "k.expires_at").Sortable().Required(),
        Field.Timestamp("revokedAt", "k.revoked_at"),
        Field.Timestamp("lastUsedAt", "k.last_used_at").Sortable(),
        Field.Integer("useCount", "k.use_count").Sortable().Required(),
        Field.Shown("groupId"),
        Field.Shown("rateLimit"),
        Field.Shown("ipAllow"),
        Field.Shown("status"),
        Field.Shown("lastUsedIp")))
    {
        // Keys that were revoked are the archived ones of this list.
        LiveWhen = "k.revoked_at is null",
    };

    public async Task<(Page<ApiKeyResponse>? Page, ListPlan? Plan, IReadOnlyList<QueryError> Errors)> ListAsync(
        Guid groupId, ListQuery query, CancellationToken cancellationToken)
    {
        if (!s_definition.TryPlan(query, groupId, cursors, out var plan, out var errors))
        {
            return (null, null, errors);
        }

        await using var batch = dataSource.CreateTenantBatch(scope);
        if (plan.Count != CountMode.None)
        {
            batch.BatchCommands.Add(Command(plan, groupId, $"select count(*) from api_keys k where k.group_id = @group_id and {plan.Filter}"));
        }

        batch.BatchCommands.Add(Command(
            plan,
            groupId,
            $"""
             select {Columns}, {plan.KeyColumns} from api_keys k
             where k.group_id = @group_id and {plan.Where} order by {plan.OrderBy} limit {plan.FetchLimit}
             """));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        long? total = null;
        if (plan.Count != CountMode.None)
        {
            await reader.ReadAsync(cancellationToken);
            total = reader.GetInt64(0);
            await reader.NextResultAsync(cancellationToken);
        }

        var now = clock.GetUtcNow();
        return (await plan.ReadPageAsync(reader, row => ApiKeyResponse.Of(Read((NpgsqlDataReader)row), now), cancellationToken, total), plan, []);
    }

    private static NpgsqlBatchCommand Command(ListPlan plan, Guid groupId, string sql)
    {
        var command = new NpgsqlBatchCommand(sql) { Parameters = { new("group_id", groupId) } };
        foreach (var (name, value) in plan.Parameters)
        {
            command.Parameters.Add(new NpgsqlParameter(name, value));
        }

        return command;
    }

    private static ApiKey Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        GroupId = row.GetGuid(1),
        Name = row.GetString(2),
        Hash = [],
        Prefix = row.GetString(3),
        Scopes = row.GetFieldValue<string[]>(4),
        Subtree = row.GetBoolean(5),
        RateRequests = row.GetInt32(6),
        RateBurst = row.GetInt32(7),
        IpAllow = row.GetFieldValue<string[]>(8),
        CreatedBy = row.GetGuid(9),
        MadeByKeyId = row.IsDBNull(10) ? null : row.GetGuid(10),
        ReplacedById = row.IsDBNull(11) ? null : row.GetGuid(11),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(12),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(13),
        ExpiresAt = row.GetFieldValue<DateTimeOffset>(14),
        RevokedAt = row.IsDBNull(15) ? null : row.GetFieldValue<DateTimeOffset>(15),
        LastUsedAt = row.IsDBNull(16) ? null : row.GetFieldValue<DateTimeOffset>(16),
        LastUsedIp = row.IsDBNull(17) ? null : row.GetString(17),
        UseCount = row.GetInt64(18),
        Version = row.GetInt64(19),
    };
}
