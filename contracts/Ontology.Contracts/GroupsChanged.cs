using OnePlatform.Contracts;

namespace OnePlatform.Ontology.Contracts;

/// <summary>Groups were created, changed, moved, archived or restored; carries each affected group as it now is.</summary>
public sealed record GroupsChanged(
    Guid EventId, DateTimeOffset OccurredAt, EventOrigin Origin, IReadOnlyList<LogLine> Log, IReadOnlyList<GroupSnapshot> Groups)
    : ILoggedEvent;

/// <summary>A group as the other services need to know it.</summary>
/// <param name="Path">Ids from the root to the group itself.</param>
/// <param name="Type">One of the six group types, for example <c>business</c>.</param>
/// <param name="Status"><c>active</c> or <c>archived</c>.</param>
/// <param name="Plan"><c>starter</c>, <c>pro</c> or <c>enterprise</c>.</param>
/// <param name="AllowParentAccess">Whether sub-tree reads of an ancestor include this group.</param>
/// <param name="Version">Grows with every change; an older snapshot than the one held is ignored.</param>
/// <param name="RequireIfMatch">Whether changes of the group's objects name the version they are of.</param>
public sealed record GroupSnapshot(
    Guid Id,
    Guid? ParentId,
    IReadOnlyList<Guid> Path,
    string Slug,
    string Name,
    string Type,
    string Status,
    string Plan,
    bool AllowParentAccess,
    GroupSecurity Security,
    GroupLimits Limits,
    IReadOnlyList<string> CorsOrigins,
    long Version,
    bool RequireIfMatch = false);

/// <summary>What a group demands of the sessions that act in it.</summary>
public sealed record GroupSecurity(bool RequireTwoFactor, bool RequireVerifiedEmail);

/// <summary>The limits in force for a group: its plan's, or its own settings'. Null means no limit.</summary>
public sealed record GroupLimits(
    int? RequestsPerMinute, int? Burst, long? ApiCallsPerMonth, long? StorageBytes, int? EventDays, long? Knowledge = null, long? AiTokensPerMonth = null);
