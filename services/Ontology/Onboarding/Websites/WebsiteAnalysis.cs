namespace OnePlatform.Ontology.Onboarding.Websites;

/// <param name="Url">Where the page was found, after redirects.</param>
public sealed record WebsiteAnalysis(
    string Url, WebsiteBrand Brand, WebsiteFeatures Features, WebsiteContent Content, BusinessModel BusinessModel, DateTimeOffset AnalyzedAt);

/// <param name="Colors">As <c>#RRGGBB</c>, the most telling first.</param>
/// <param name="Fonts">That of headings first.</param>
public sealed record WebsiteBrand(string Name, IReadOnlyList<string> Colors, IReadOnlyList<string> Fonts, string? Logo = null, string? Description = null);

/// <param name="ContentTypes">Some of blog, video, podcast, newsletter, courses, products, services, pages.</param>
/// <param name="Monetization">Some of subscriptions, one-time-sales, consulting, ads, sponsorships, donations.</param>
/// <param name="Community">Some of discord, forum, comments, membership, contact.</param>
public sealed record WebsiteFeatures(
    IReadOnlyList<string> ContentTypes, IReadOnlyList<string> Monetization, IReadOnlyList<string> Community, Technology TechStack);

public sealed record Technology(string Frontend, string Backend, string? Database = null, string? Hosting = null);

/// <param name="Pages">As the sitemap counts them, else as many as the page links to.</param>
public sealed record WebsiteContent(int Pages, bool HasEcommerce, bool HasBlog, bool HasCourses);

/// <param name="Primary">ecommerce, saas, marketplace, content, community, consulting or unknown.</param>
public sealed record BusinessModel(string Primary, IReadOnlyList<string> Revenue, string Target);
