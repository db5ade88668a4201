using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace OnePlatform.Events.Recording;

/// <summary>An event that a client tells of.</summary>
/// <param name="Type"><c>x.</c> and a name of your own, or a type of the catalogue that the platform does not tell of itself, such as <c>course_enrolled</c>.</param>
/// <param name="OccurredAt">Now unless told; not in the future, not before 2000.</param>
/// <param name="Metadata">An object of at most 32 KiB with the members that the type requires.</param>
public sealed record CreateEventRequest(
    [Required, StringLength(100, MinimumLength = 1)] string Type,
    Guid? TargetId = null,
    [StringLength(50), RegularExpression("^[a-z][a-z0-9_]*$")] string? TargetKind = null,
    DateTimeOffset? OccurredAt = null,
    JsonElement? Metadata = null);
