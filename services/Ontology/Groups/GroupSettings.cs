using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace OnePlatform.Ontology.Groups;

/// <summary>How a group is run. What is absent follows the group's type and plan.</summary>
public sealed record GroupSettings
{
    [AllowedValues("public", "private", null)]
    public string? Visibility { get; init; }

    [AllowedValues("open", "invite_only", "approval_required", null)]
    public string? JoinPolicy { get; init; }

    /// <summary>Whether sub-tree reads of an ancestor include this group.</summary>
    public bool? AllowParentAccess { get; init; }

    /// <summary>Changes without an If-Match header are refused.</summary>
    public bool? RequireIfMatch { get; init; }

    /// <summary>Documented properties that are missing are errors, not warnings.</summary>
    public bool? StrictProperties { get; init; }

    public bool? RequireTwoFactor { get; init; }

    public bool? RequireVerifiedEmail { get; init; }

    /// <summary>Each as a browser states it, such as <c>https://app.example.com</c>.</summary>
    [MaxLength(50), Origins]
    public IReadOnlyList<string>? CorsOrigins { get; init; }

    [MaxLength(100)]
    public IReadOnlyList<string>? AllowedDomains { get; init; }

    /// <summary>Quotas in place of the plan's; only the platform's owner sets them.</summary>
    public QuotaSettings? Limits { get; init; }
}

/// <summary>Upper bounds; an absent one is the plan's.</summary>
public sealed record QuotaSettings
{
    [Range(1, int.MaxValue)]
    public int? Users { get; init; }

    [Range(0, long.MaxValue)]
    public long? StorageBytes { get; init; }

    [Range(0, long.MaxValue)]
    public long? ApiCallsPerMonth { get; init; }

    [Range(0, long.MaxValue)]
    public long? Things { get; init; }

    [Range(0, long.MaxValue)]
    public long? Connections { get; init; }

    [Range(0, long.MaxValue)]
    public long? Knowledge { get; init; }

    [Range(0, long.MaxValue)]
    public long? AiTokensPerMonth { get; init; }

    [Range(1, int.MaxValue)]
    public int? RequestsPerMinute { get; init; }

    [Range(1, int.MaxValue)]
    public int? Burst { get; init; }

    [Range(0, int.MaxValue)]
    public int? ChildGroups { get; init; }

    [Range(1, 36_500)]
    public int? EventDays { get; init; }

    [JsonIgnore]
    public bool IsEmpty => this == new QuotaSettings();
}

/// <summary>What is no origin would never match one, and nobody would be told.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OriginsAttribute() : ValidationAttribute("An origin is a scheme and a host, such as https://app.example.com.")
{
    public override bool IsValid(object? value) => value is not IEnumerable<string> origins || origins.All(
        origin => Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && string.Equals(uri.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase));
}
