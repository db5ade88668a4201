using System.ComponentModel.DataAnnotations;
using OnePlatform.Ontology.Onboarding.Advice;
using OnePlatform.Ontology.Onboarding.Websites;

namespace OnePlatform.Ontology.Onboarding;

/// <param name="Name">Of the person who asks.</param>
/// <param name="WebsiteUrl">An http or https address of the public internet.</param>
/// <param name="InstallationSlug">Unless stated, one made from the organization's name.</param>
public sealed record AnalyzeWebsiteRequest(
    [property: Required, StringLength(200, MinimumLength = 1)] string Name,
    [property: Required, StringLength(200, MinimumLength = 1)] string OrganizationName,
    [property: Required, StringLength(2000, MinimumLength = 1)] string WebsiteUrl,
    [property: Required, EmailAddress, StringLength(320)] string Email,
    [property: StringLength(30, MinimumLength = 3), RegularExpression("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")] string? InstallationSlug = null);

/// <summary>What a website says about its organization. Nothing of it is stored.</summary>
public sealed record OnboardingResponse(
    string InstallationSlug, WebsiteAnalysis Analysis, OntologyMapping OntologyMapping, BrandGuideResponse BrandGuide,
    IReadOnlyList<Recommendation> Recommendations, int EstimatedMinutes);

/// <param name="OwnerEmail">Kept in the group's metadata.</param>
/// <param name="Plan">Another than <c>starter</c> is the platform owner's to give.</param>
public sealed record CreateOnboardingGroupRequest(
    [property: Required, StringLength(200, MinimumLength = 1)] string Name,
    [property: Required, StringLength(30, MinimumLength = 3), RegularExpression("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")] string Slug,
    [property: Required, EmailAddress, StringLength(320)] string OwnerEmail,
    [property: AllowedValues("starter", "pro", "enterprise", null)] string? Plan = null);

/// <param name="Suggestion">A free one like it, where it is taken.</param>
public sealed record SlugAvailability(string Slug, bool Available, string? Suggestion = null);
