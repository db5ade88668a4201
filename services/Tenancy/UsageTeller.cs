using Npgsql;
using OnePlatform.Contracts;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Tenancy;

/// <summary>
/// Tells figures that were not told yet. It remembers those of today and yesterday; after a start all are told once more, and an instance beside
/// this one tells them too, which changes nothing. For one caller at a time.
/// </summary>
public sealed class UsageTeller(NpgsqlDataSource dataSource, OutboxSignal outbox, TimeProvider clock)
{
    private const int LinesOfOne = 500;

    private readonly Dictionary<(Guid Group, string Metric, DateOnly Day, Guid? Key), long> _told = [];

    /// <param name="source">The name of the service that counts.</param>
    /// <param name="lines">What it counted, told or not.</param>
    /// <param name="cancellationToken">What was not told then is the next time's.</param>
    /// <returns>How many figures were news.</returns>
    public async Task<int> TellAsync(string source, IEnumerable<UsageLine> lines, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var yesterday = DateOnly.FromDateTime(now.UtcDateTime).AddDays(-1);
        foreach (var old in _told.Keys.Where(told => told.Day < yesterday).ToList())
        {
            _told.Remove(old);
        }

        var scope = new TenantScope();
        scope.ActAsSystem();
        var news = lines.Where(line => _told.GetValueOrDefault(KeyOf(line), -1) != line.Amount).ToList();
        foreach (var part in news.Chunk(LinesOfOne))
        {
            await using var batch = dataSource.CreateTenantBatch(scope);
            batch.BatchCommands.Add(OutboxMessage.InsertOf(new UsageMeasured(Guid.CreateVersion7(now), now, source, part)));
            await batch.ExecuteNonQueryAsync(cancellationToken);
            outbox.Wake();
            foreach (var line in part)
            {
                _told[KeyOf(line)] = line.Amount;
            }
        }

        return news.Count;
    }

    private static (Guid, string, DateOnly, Guid?) KeyOf(UsageLine line) => (line.GroupId, line.Metric, line.Day, line.KeyId);
}
