using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Gateway.Cors;

/// <summary>Which web pages may call the API; section <c>Cors</c>. Groups add origins of their own in their settings.</summary>
internal sealed class CorsOptions
{
    public const string Section = "Cors";

    /// <summary>Origins that may also use the session cookie, for example <c>https://app.example.com</c>.</summary>
    [Required]
    public IReadOnlyList<string> Origins { get; set; } = [];

    /// <summary>How long a browser may remember a preflight.</summary>
    public TimeSpan PreflightLifetime { get; set; } = TimeSpan.FromHours(1);
}
