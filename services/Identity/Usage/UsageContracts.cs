namespace OnePlatform.Identity.Usage;

/// <param name="Metric">What was counted.</param>
/// <param name="Period">As it was asked for.</param>
/// <param name="From">The first day, UTC.</param>
/// <param name="To">The last day.</param>
/// <param name="Total">Of all results; of storage: as of the last of the days.</param>
/// <param name="Results">Oldest day first; days without any are left out.</param>
public sealed record UsageResponse(string Metric, string Period, DateOnly From, DateOnly To, long Total, IReadOnlyList<UsageEntry> Results);

/// <param name="KeyId">Absent for what people did themselves, and for storage.</param>
/// <param name="Count">Calls, tokens or bytes.</param>
public sealed record UsageEntry(DateOnly Date, Guid? KeyId, long Count);
