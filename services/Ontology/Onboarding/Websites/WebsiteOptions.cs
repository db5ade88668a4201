using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Ontology.Onboarding.Websites;

/// <summary>How websites are read; section <c>Onboarding:Websites</c>.</summary>
internal sealed class WebsiteOptions
{
    public const string Section = "Onboarding:Websites";

    /// <summary>For the page, its styles and its sitemap together.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Of the page and each of its styles, unpacked; the rest is not read.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int MostBytes { get; set; } = 2 * 1024 * 1024;

    [Range(0, 20)]
    public int MostRedirects { get; set; } = 5;

    /// <summary>Lets websites stand in private networks and on any port: for tests, and where the platform serves an intranet.</summary>
    public bool AllowPrivateAddresses { get; set; }
}
