namespace OnePlatform.Contracts;

/// <summary>
/// How much groups have used of something, as far as one service counts it. Totals as of <see cref="OccurredAt"/>, so that hearing one twice, or
/// after a later one, changes nothing.
/// </summary>
/// <param name="Source">The service that counts. What several of them count is added up.</param>
public sealed record UsageMeasured(Guid EventId, DateTimeOffset OccurredAt, string Source, IReadOnlyList<UsageLine> Lines) : IIntegrationEvent;

/// <summary>One figure.</summary>
/// <param name="GroupId">Whose.</param>
/// <param name="Metric">One of <see cref="UsageMetrics"/>.</param>
/// <param name="Day">UTC.</param>
/// <param name="KeyId">The API key that used it; null for what people did, and for what lies there, whoever brought it.</param>
/// <param name="Amount">Of a counter what was used since the day began, of a gauge how much there was last on that day.</param>
public sealed record UsageLine(Guid GroupId, string Metric, DateOnly Day, Guid? KeyId, long Amount);

/// <summary>What is measured.</summary>
public static class UsageMetrics
{
    /// <summary>Requests that the gateway let through.</summary>
    public const string Calls = "calls";

    /// <summary>Tokens that went to a language model and came from it.</summary>
    public const string Tokens = "tokens";

    /// <summary>Bytes that lie there.</summary>
    public const string Storage = "storage";

    /// <summary>Rows of knowledge that lie there, those that follow a thing left out.</summary>
    public const string Knowledge = "knowledge";

    /// <summary>Those that count through a day, and whose days add up. The others are gauges, of which the last figure holds.</summary>
    public static IReadOnlyList<string> Counters { get; } = [Calls, Tokens];
}
