using OnePlatform.Ontology.Onboarding.Websites;

namespace OnePlatform.Ontology.Onboarding.Advice;

/// <param name="Priority">high, medium or low.</param>
/// <param name="Dependencies">Features that come before.</param>
public sealed record Recommendation(
    string Feature, string Name, string Category, string Reason, string Priority, int EstimatedMinutes, IReadOnlyList<string> Dependencies);

/// <summary>What of the platform to set up first.</summary>
internal static class FeatureRecommender
{
    public static IReadOnlyList<Recommendation> For(WebsiteFeatures features) =>
    [
        .. AdviceTables.Shared.Features.Where(f => AdviceTables.Holds(f.When, features))
            .Select(f => new Recommendation(f.Feature, f.Name, f.Category, f.Reason, f.Priority, f.EstimatedMinutes, f.Dependencies)),
    ];
}
