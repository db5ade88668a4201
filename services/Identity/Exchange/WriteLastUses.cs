using Npgsql;
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
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
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
        await batch.ExecuteNonQueryAsync(cancellationToken);

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
