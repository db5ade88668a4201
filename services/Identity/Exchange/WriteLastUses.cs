using Npgsql;
using OnePlatform.Identity.Mails;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Exchange;

/// <summary>Writes the last uses of keys and sessions in one statement each, now and then and at the end.</summary>
internal sealed partial class WriteLastUses(NpgsqlDataSource dataSource, LastUses uses, TimeProvider clock, ILogger<WriteLastUses> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);

    private const string Keys =
        """
        update api_keys k set last_used_at = greatest(k.last_used_at, u.at), last_used_ip = coalesce(u.ip, k.last_used_ip), use_count = k.use_count + u.count
        from unnest($1, $2, $3, $4) as u(id, at, ip, count) where k.id = u.id
        """;

    // The first network of a key is no news: its making was. What a statement adds it does not see itself, so those found are earlier ones.
    private const string Networks =
        """
        with seen as (
            insert into api_key_networks (key_id, network, first_seen_at)
            select u.key_id, u.network, $3 from unnest($1, $2) as u(key_id, network) join api_keys k on k.id = u.key_id
            on conflict do nothing returning key_id, network)
        insert into mails (id, kind, email, user_id, about, created_at, due_at, attempts)
        select gen_random_uuid(), $4, u.email, u.id, '“' || k.name || '” (' || k.prefix || '…) was used from ' || s.network, $3, $3, 0
        from seen s join api_keys k on k.id = s.key_id
        join memberships m on m.group_id = k.group_id and m.active and m.role = $5
        join users u on u.id = m.person_id and u.deleted_at is null
        where exists (select 1 from api_key_networks n where n.key_id = s.key_id)
        """;

    private const string Sessions =
        """
        update sessions s set last_seen_at = greatest(s.last_seen_at, u.at)
        from unnest($1, $2, $3, $4) as u(id, at, ip, count) where s.id = u.id
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(s_interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await WriteAsync(CancellationToken.None);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogLost(exception);
            }
        }
    }

    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var noted = uses.TakeAll();
        if (noted.Count == 0)
        {
            return;
        }

        // Keys of all tenants at once.
        var scope = new TenantScope();
        scope.ActAsSystem();
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(Command(Keys, UsedCredential.ApiKey));
        batch.BatchCommands.Add(Command(Sessions, UsedCredential.Session));
        batch.BatchCommands.Add(NetworksCommand());
        await batch.ExecuteNonQueryAsync(cancellationToken);

        NpgsqlBatchCommand NetworksCommand()
        {
            var rows = noted.SelectMany(n => n.Value.Networks.Select(network => (n.Key.Id, Network: network))).Order().ToList();
            return new NpgsqlBatchCommand(Networks)
            {
                Parameters =
                {
                    new() { Value = rows.Select(r => r.Id).ToArray() },
                    new() { Value = rows.Select(r => r.Network).ToArray() },
                    new() { Value = clock.GetUtcNow() },
                    new() { Value = MailKinds.ApiKeyElsewhere },
                    new() { Value = RoleNames.NameOf(Role.GroupOwner) },
                },
            };
        }

        NpgsqlBatchCommand Command(string sql, UsedCredential kind)
        {
            // In one order everywhere, so that instances that write at the same moment do not wait for each other in a circle.
            var rows = noted.Where(n => n.Key.Kind == kind).OrderBy(n => n.Key.Id).ToList();
            return new NpgsqlBatchCommand(sql)
            {
                Parameters =
                {
                    new() { Value = rows.Select(r => r.Key.Id).ToArray() },
                    new() { Value = rows.Select(r => r.Value.LastAt).ToArray() },
                    new() { Value = rows.Select(r => r.Value.LastIp).ToArray() },
                    new() { Value = rows.Select(r => r.Value.Count).ToArray() },
                },
            };
        }
    }

    [LoggerMessage(LogLevel.Warning, "The last uses of keys and sessions could not be written and are lost.")]
    private partial void LogLost(Exception exception);
}
