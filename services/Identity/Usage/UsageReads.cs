using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Data;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.Usage;

/// <summary>What was measured, whichever services counted it.</summary>
internal sealed class UsageReads(IdentityDb db)
{
    /// <returns>By day, then key.</returns>
    public async Task<IReadOnlyList<UsageEntry>> ListAsync(Guid group, string metric, UsagePeriod days, CancellationToken cancellationToken)
    {
        var rows = await db.MeasuredUsage
            .Where(u => u.GroupId == group && u.Metric == metric && u.Day >= days.From && u.Day <= days.To)
            .GroupBy(u => new { u.Day, u.KeyId })
            .Select(g => new { g.Key.Day, g.Key.KeyId, Amount = g.Sum(u => u.Amount) })
            .OrderBy(u => u.Day).ThenBy(u => u.KeyId)
            .ToListAsync(cancellationToken);
        return [.. rows.Select(u => new UsageEntry(u.Day, u.KeyId == MeasuredUsage.NoKey ? null : u.KeyId, u.Amount))];
    }
}
