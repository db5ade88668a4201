using OnePlatform.Ontology.Contracts;

namespace OnePlatform.Ontology.Groups;

/// <summary>What each plan allows a group. Null means no limit.</summary>
internal static class GroupPlans
{
    public const string Starter = "starter";
    public const string Pro = "pro";
    public const string Enterprise = "enterprise";

    private const long GiB = 1L << 30;

    private static readonly string[] s_ascending = [Starter, Pro, Enterprise];

    private static readonly Dictionary<string, QuotaSettings> s_quotas = new(StringComparer.Ordinal)
    {
        [Starter] = new()
        {
            Users = 10,
            StorageBytes = 5 * GiB,
            ApiCallsPerMonth = 10_000,
            Things = 1_000,
            Connections = 5_000,
            Knowledge = 10_000,
            AiTokensPerMonth = 100_000,
            RequestsPerMinute = 60,
            Burst = 20,
            ChildGroups = 10,
            EventDays = 90,
        },
        [Pro] = new()
        {
            Users = 100,
            StorageBytes = 100 * GiB,
            ApiCallsPerMonth = 100_000,
            Things = 50_000,
            Connections = 250_000,
            Knowledge = 500_000,
            AiTokensPerMonth = 1_000_000,
            RequestsPerMinute = 600,
            Burst = 100,
            ChildGroups = 100,
            EventDays = 365,
        },
        [Enterprise] = new()
        {
            Users = 1_000,
            StorageBytes = 1_000 * GiB,
            ApiCallsPerMonth = 1_000_000,
            RequestsPerMinute = 6_000,
            Burst = 1_000,
        },
    };

    public static bool IsKnown(string plan) => s_quotas.ContainsKey(plan);

    public static string Lower(string one, string other)
        => Array.IndexOf(s_ascending, one) <= Array.IndexOf(s_ascending, other) ? one : other;

    /// <summary>The plan's quotas, with those the group's settings state in their place.</summary>
    public static QuotaSettings QuotasOf(string plan, QuotaSettings? own)
    {
        var quotas = s_quotas[plan];
        return own is null ? quotas : new QuotaSettings
        {
            Users = own.Users ?? quotas.Users,
            StorageBytes = own.StorageBytes ?? quotas.StorageBytes,
            ApiCallsPerMonth = own.ApiCallsPerMonth ?? quotas.ApiCallsPerMonth,
            Things = own.Things ?? quotas.Things,
            Connections = own.Connections ?? quotas.Connections,
            Knowledge = own.Knowledge ?? quotas.Knowledge,
            AiTokensPerMonth = own.AiTokensPerMonth ?? quotas.AiTokensPerMonth,
            RequestsPerMinute = own.RequestsPerMinute ?? quotas.RequestsPerMinute,
            Burst = own.Burst ?? quotas.Burst,
            ChildGroups = own.ChildGroups ?? quotas.ChildGroups,
            EventDays = own.EventDays ?? quotas.EventDays,
        };
    }

    public static GroupLimits LimitsOf(Group group)
    {
        var quotas = QuotasOf(group.Plan, group.Settings.Limits);
        return new GroupLimits(
            quotas.RequestsPerMinute, quotas.Burst, quotas.ApiCallsPerMonth, quotas.StorageBytes, quotas.EventDays, quotas.Knowledge, quotas.AiTokensPerMonth);
    }
}
