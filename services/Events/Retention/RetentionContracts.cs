using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Events.Retention;

/// <param name="Days">None: as long as the plan allows.</param>
/// <param name="LegalHold">Nothing is removed as long as it stands.</param>
public sealed record SetRetentionRequest([Range(1, 36_500)] int? Days = null, bool LegalHold = false);

/// <param name="Days">As it was set; absent: the plan's.</param>
/// <param name="PlanDays">The most the group's plan allows; absent: no limit.</param>
/// <param name="RemovesBefore">Events that were recorded before this time are removed; absent: none are.</param>
public sealed record RetentionResponse(int? Days, int? PlanDays, bool LegalHold, DateTimeOffset? RemovesBefore, DateTimeOffset? UpdatedAt);
