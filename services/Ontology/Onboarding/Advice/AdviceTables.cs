using System.Text.Json;
using OnePlatform.Ontology.Onboarding.Websites;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Onboarding.Advice;

/// <summary>Which parts of the ontology and of the platform fit which website: data, in the order in which it is applied.</summary>
internal sealed record AdviceTables(
    IReadOnlyDictionary<string, IReadOnlyList<TypeRule>> Mapping, IReadOnlyDictionary<string, string> Canonical,
    IReadOnlyDictionary<string, IReadOnlyList<string[]>> Notes, IReadOnlyList<string[]> Overviews, IReadOnlyList<FeatureRule> Features)
{
    private const string Resource = "OnePlatform.Ontology.Onboarding.Advice.Data.onboarding.json";

    public static AdviceTables Shared { get; } = Read();

    /// <param name="condition">
    /// <c>always</c>, a list that must not be empty (<c>community</c>), a list and what it must hold (<c>contentTypes:blog</c>), or several
    /// of them joined by <c>+</c>.
    /// </param>
    /// <param name="features">What the website has.</param>
    public static bool Holds(string condition, WebsiteFeatures features) => condition.Split('+').All(part => part.Split(':') switch
    {
        ["always"] => true,
        ["backend", var name] => features.TechStack.Backend == name,
        [var list] => ListOf(list, features).Count > 0,
        [var list, var value] => ListOf(list, features).Contains(value),
        _ => throw new InvalidOperationException($"The condition '{part}' is not one."),
    });

    /// <summary>The second text of the first row whose condition holds.</summary>
    public static string First(IReadOnlyList<string[]> rows, WebsiteFeatures features) => rows.First(r => Holds(r[0], features))[1];

    private static IReadOnlyList<string> ListOf(string name, WebsiteFeatures features) => name switch
    {
        "contentTypes" => features.ContentTypes,
        "monetization" => features.Monetization,
        "community" => features.Community,
        _ => throw new InvalidOperationException($"A website has no list '{name}'."),
    };

    private static AdviceTables Read()
    {
        using var data = typeof(AdviceTables).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing.");
        return JsonSerializer.Deserialize<AdviceTables>(data, ApiJson.Options)!;
    }
}

/// <param name="When">See <see cref="AdviceTables.Holds"/>.</param>
internal sealed record TypeRule(string When, IReadOnlyList<string> Types);

/// <param name="When">See <see cref="AdviceTables.Holds"/>.</param>
internal sealed record FeatureRule(
    string Feature, string When, string Priority, string Reason, string Name, string Category, int EstimatedMinutes, IReadOnlyList<string> Dependencies);
