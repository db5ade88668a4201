using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace OnePlatform.Events.Webhooks;

/// <summary>An address to send events to.</summary>
/// <param name="Url">https, and not in a private network.</param>
/// <param name="Types">The types to send; none: all.</param>
/// <param name="Scope"><c>self</c>, or <c>subtree</c> for the descendants that allow it as well.</param>
/// <param name="Ordered">Events of one target arrive one after the other, in the order of their positions.</param>
public sealed record CreateWebhookRequest(
    [Required, StringLength(2000, MinimumLength = 1)] string Url,
    [MaxLength(100)] IReadOnlyList<string>? Types = null,
    [RegularExpression("^(self|subtree)$", ErrorMessage = "scope takes one of self, subtree.")] string? Scope = null,
    [StringLength(500)] string? Description = null,
    bool Ordered = false);

/// <summary>What a PATCH can change, as it is after the patch.</summary>
public sealed record WebhookSettings(
    [Required, StringLength(2000, MinimumLength = 1)] string Url,
    [MaxLength(100)] IReadOnlyList<string>? Types = null,
    [StringLength(500)] string? Description = null,
    bool Ordered = false,
    bool Enabled = true);

/// <param name="FromPosition">Every event of the group from this position on; or</param>
/// <param name="From">every event that happened from this time on,</param>
/// <param name="To">and before this one.</param>
public sealed record ReplayRequest([Range(0, long.MaxValue)] long? FromPosition = null, DateTimeOffset? From = null, DateTimeOffset? To = null);

/// <param name="Queued">Deliveries that will be made, again or for the first time.</param>
/// <param name="NextPosition">There are more: go on from here.</param>
public sealed record ReplayResponse(long Queued, long? NextPosition);

/// <param name="Secret">Shown here only, and when it is rotated.</param>
/// <param name="Enabled">False after the receiver answered 410, failed for days, or by a PATCH.</param>
/// <param name="FailingSince">First failure since the last success.</param>
public sealed record WebhookResponse(
    Guid Id,
    string Url,
    IReadOnlyList<string> Types,
    string Scope,
    string? Description,
    bool Ordered,
    bool Enabled,
    string? DisabledReason,
    DateTimeOffset? FailingSince,
    DateTimeOffset? PausedUntil,
    Guid? CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Version,
    string? Secret = null);

/// <param name="PreviousValidUntil">Until then both secrets sign.</param>
public sealed record RotatedSecretResponse(string Secret, DateTimeOffset PreviousValidUntil);

/// <summary>One event on its way to one webhook.</summary>
/// <param name="Id">The event's id, and the <c>webhook-id</c> of every attempt.</param>
/// <param name="Status">pending, delivered or failed.</param>
/// <param name="NextAttemptAt">For what is pending.</param>
/// <param name="Log">Each attempt: at, status or error, durationMs, the first bytes of the answer.</param>
public sealed record DeliveryResponse(
    Guid Id,
    string Type,
    long? Position,
    string Status,
    int Attempts,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DeliveredAt,
    JsonElement Log);

/// <param name="Status">The receiver's answer; absent when there was none.</param>
/// <param name="Error">What went wrong otherwise.</param>
/// <param name="Response">The first bytes of the answer.</param>
public sealed record AttemptResponse(bool Delivered, DateTimeOffset At, int? Status, string? Error, int DurationMs, string? Response);
