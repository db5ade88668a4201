using System.ComponentModel.DataAnnotations;

namespace OnePlatform.ServiceDefaults;

/// <summary>What every process knows of the installation; section <c>Platform</c>.</summary>
public sealed class PlatformOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Platform";

    /// <summary>Where clients reach the gateway; base of links in mails and of problem types.</summary>
    [Required]
    public Uri PublicUrl { get; set; } = new("http://localhost:8080");
}
