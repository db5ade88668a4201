using System.Globalization;
using System.Text;
using OnePlatform.Ontology.Onboarding.Websites;

namespace OnePlatform.Ontology.Onboarding.Advice;

/// <param name="Markdown">The document for people.</param>
public sealed record OntologyMapping(OntologyDocument Document, string Markdown);

/// <param name="Mapping">By dimension.</param>
public sealed record OntologyDocument(
    string OrganizationName, string Version, DateTimeOffset GeneratedAt, string SourceUrl, string Overview,
    IReadOnlyDictionary<string, DimensionMapping> Mapping);

/// <param name="Types">In words; for people the roles.</param>
/// <param name="CanonicalTypes">The same as this platform names them.</param>
public sealed record DimensionMapping(bool Applicable, IReadOnlyList<string> Types, IReadOnlyList<string> CanonicalTypes, string Note);

/// <summary>Says which parts of the ontology a website needs; it never invents one.</summary>
internal static class OntologyMapper
{
    private const string Version = "1.0.0";

    public static OntologyMapping Map(WebsiteAnalysis analysis, string organization)
    {
        var tables = AdviceTables.Shared;
        var overview = AdviceTables.First(tables.Overviews, analysis.Features);
        var document = new OntologyDocument(
            organization, Version, analysis.AnalyzedAt, analysis.Url, string.Format(CultureInfo.InvariantCulture, overview, organization),
            tables.Mapping.ToDictionary(m => m.Key, m => DimensionOf(m.Key, m.Value, analysis.Features)));
        return new OntologyMapping(document, MarkdownOf(document));
    }

    private static DimensionMapping DimensionOf(string dimension, IReadOnlyList<TypeRule> rules, WebsiteFeatures features)
    {
        var tables = AdviceTables.Shared;
        List<string> types = [.. rules.Where(r => AdviceTables.Holds(r.When, features)).SelectMany(r => r.Types).Distinct()];
        return new DimensionMapping(
            Applicable: true, types, [.. types.Select(t => tables.Canonical.GetValueOrDefault(t, t)).Distinct()],
            AdviceTables.First(tables.Notes[dimension], features));
    }

    private static string MarkdownOf(OntologyDocument document)
    {
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"# {Markup.Plain(document.OrganizationName)} - Ontology Usage Guide\n\n")
            .Append(CultureInfo.InvariantCulture, $"Version {document.Version}, generated {document.GeneratedAt:yyyy-MM-dd'T'HH:mm:ss'Z'} from {Markup.Plain(document.SourceUrl)}, based on the six-dimension ontology.\n\n")
            .Append(CultureInfo.InvariantCulture, $"## Overview\n\n{Markup.Plain(document.Overview)}\n");
        foreach (var (dimension, mapping) in document.Mapping)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {dimension.ToUpperInvariant()}\n\n{mapping.Note}\n\n");
            foreach (var type in mapping.Types)
            {
                text.Append(CultureInfo.InvariantCulture, $"- **{type}**\n");
            }
        }

        return text.Append("\nThis is no ontology of its own: it names the parts of the platform's that apply.\n").ToString();
    }
}
