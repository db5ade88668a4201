using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OnePlatform.Contracts;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Quotas;

namespace OnePlatform.Ontology.Groups;

/// <param name="Groups">The group itself and, for a sub-tree, those below it that allow it.</param>
public sealed record GroupStatsResponse(
    Guid GroupId, int Groups, long People, IReadOnlyDictionary<string, long> PeopleByRole, long Things, IReadOnlyDictionary<string, long> ThingsByType,
    IReadOnlyDictionary<string, long> ThingsByStatus, long Connections, IReadOnlyDictionary<string, long> ConnectionsByType);

/// <param name="Limit">Absent when there is none.</param>
/// <param name="State"><c>ok</c>, <c>warning</c> from 80 %, <c>critical</c> from 95 %, <c>exceeded</c> from 100 %, or <c>unlimited</c>.</param>
/// <param name="From">The group, itself or one above it, that sets the limit.</param>
public sealed record QuotaUsage(string Quota, long Used, long? Limit, string State, Guid? From);

/// <summary>What a group has, and what it may have.</summary>
internal sealed class GroupFigures(OntologyDb db, GroupSubtree subtree, QuotaGate quotas, TimeProvider clock)
{
    private const int Warning = 80;
    private const int Critical = 95;

    public async Task<GroupStatsResponse> StatsAsync(Group group, bool withSubtree, CancellationToken cancellationToken)
    {
        db.Scope.ActIn(group.Id);
        var ids = withSubtree ? await subtree.WidenAsync(cancellationToken) : [group.Id];
        var things = await db.Things.Where(t => ids.Contains(t.GroupId) && t.ArchivedAt == null)
            .GroupBy(t => new { t.Type, t.Status })
            .Select(g => new { g.Key.Type, g.Key.Status, Count = g.LongCount() })
            .ToListAsync(cancellationToken);
        var connections = await db.Connections.Where(c => ids.Contains(c.GroupId) && c.ArchivedAt == null)
            .GroupBy(c => c.Type)
            .Select(g => new { g.Key, Count = g.LongCount() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        var people = await db.Memberships.Where(m => ids.Contains(m.GroupId) && m.LeftAt == null)
            .GroupBy(m => m.Role)
            .Select(g => new { g.Key, Count = g.LongCount() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        var different = await db.Memberships.Where(m => ids.Contains(m.GroupId) && m.LeftAt == null)
            .Select(m => m.PersonId).Distinct().LongCountAsync(cancellationToken);
        return new GroupStatsResponse(
            group.Id, ids.Length, different, people,
            things.Sum(t => t.Count), things.GroupBy(t => t.Type).ToDictionary(t => t.Key, t => t.Sum(n => n.Count)),
            things.GroupBy(t => t.Status).ToDictionary(t => t.Key, t => t.Sum(n => n.Count)), connections.Values.Sum(), connections);
    }

    public async Task<IReadOnlyList<QuotaUsage>> UsageAsync(Group group, CancellationToken cancellationToken)
    {
        db.Scope.ActIn(group.Id);
        var id = group.Id;
        var measured = await MeasuredAsync(id, cancellationToken);
        var used = new Dictionary<Quota, long>
        {
            [Quota.Things] = await db.Things.LongCountAsync(t => t.GroupId == id && t.ArchivedAt == null, cancellationToken),
            [Quota.Connections] = await db.Connections.LongCountAsync(c => c.GroupId == id && c.ArchivedAt == null, cancellationToken),
            [Quota.ChildGroups] = await db.Groups.LongCountAsync(g => g.ParentId == id && g.Status == Group.Active, cancellationToken),
            [Quota.Users] = await db.Memberships.LongCountAsync(m => m.GroupId == id && m.LeftAt == null, cancellationToken),
            [Quota.ApiCallsPerMonth] = measured.GetValueOrDefault(UsageMetrics.Calls),
            [Quota.AiTokensPerMonth] = measured.GetValueOrDefault(UsageMetrics.Tokens),
            [Quota.StorageBytes] = measured.GetValueOrDefault(UsageMetrics.Storage),
            [Quota.Knowledge] = measured.GetValueOrDefault(UsageMetrics.Knowledge),
        };
        var limits = await quotas.LimitsAsync(id, cancellationToken);
        return [.. used.Select(u => new QuotaUsage(
            JsonNamingPolicy.CamelCase.ConvertName(u.Key.ToString()), u.Value, limits[u.Key]?.Most, StateOf(u.Value, limits[u.Key]?.Most), limits[u.Key]?.From))];
    }

    /// <summary>What was measured: of counters this month's sum, of gauges the last.</summary>
    private async Task<Dictionary<string, long>> MeasuredAsync(Guid groupId, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var (month, yesterday) = (today.AddDays(1 - today.Day), today.AddDays(-1));
        var rows = await db.MeasuredUsage.Where(u => u.GroupId == groupId && u.Day >= (month < yesterday ? month : yesterday)).ToListAsync(cancellationToken);
        return rows.GroupBy(u => u.Metric).ToDictionary(
            metric => metric.Key,
            metric => UsageMetrics.Counters.Contains(metric.Key)
                ? metric.Where(u => u.Day >= month).Sum(u => u.Amount)
                : metric.GroupBy(u => u.Source).Sum(source => source.MaxBy(u => u.Day)!.Amount));
    }

    private static string StateOf(long used, long? limit) => limit switch
    {
        null => "unlimited",
        { } most when used >= most => "exceeded",
        { } most when used * 100 >= most * Critical => "critical",
        { } most when used * 100 >= most * Warning => "warning",
        _ => "ok",
    };
}
