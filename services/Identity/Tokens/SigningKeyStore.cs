using Npgsql;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Tokens;

/// <summary>Plain SQL: adding is conditional under a lock, which EF cannot say, and the ring that asks outlives every request.</summary>
internal sealed class SigningKeyStore(NpgsqlDataSource dataSource)
{
    // Any number will do, as long as every instance uses the same.
    private const string OneAtATime = "select pg_advisory_xact_lock(7161341938150413177)";

    private const string List =
        """
        select id, public_key, private_key, created_at, not_before, not_after, published_until
        from signing_keys where published_until > $1 order by not_before
        """;

    // Another instance may have added its own while this one waited for the lock.
    private const string Add =
        """
        insert into signing_keys (id, public_key, private_key, created_at, not_before, not_after, published_until)
        select $1, $2, $3, $4, $5, $6, $7 where not exists (select from signing_keys where not_after > $5)
        """;

    public async Task<IReadOnlyList<SigningKey>> ListAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(AsSystem());
        batch.BatchCommands.Add(new NpgsqlBatchCommand(List) { Parameters = { new() { Value = now } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var keys = new List<SigningKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            keys.Add(new SigningKey
            {
                Id = reader.GetString(0),
                PublicKey = reader.GetFieldValue<byte[]>(1),
                PrivateKey = reader.GetFieldValue<byte[]>(2),
                CreatedAt = reader.GetFieldValue<DateTimeOffset>(3),
                NotBefore = reader.GetFieldValue<DateTimeOffset>(4),
                NotAfter = reader.GetFieldValue<DateTimeOffset>(5),
                PublishedUntil = reader.GetFieldValue<DateTimeOffset>(6),
            });
        }

        return keys;
    }

    public async Task AddAsync(SigningKey key, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(AsSystem());
        batch.BatchCommands.Add(new NpgsqlBatchCommand(OneAtATime));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Add)
        {
            Parameters =
            {
                new() { Value = key.Id },
                new() { Value = key.PublicKey },
                new() { Value = key.PrivateKey },
                new() { Value = key.CreatedAt },
                new() { Value = key.NotBefore },
                new() { Value = key.NotAfter },
                new() { Value = key.PublishedUntil },
            },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    // Signing keys belong to the platform, not to a group.
    private static TenantScope AsSystem()
    {
        var scope = new TenantScope();
        scope.ActAsSystem();
        return scope;
    }
}
