using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Knowledge.Embedding;

/// <summary>Where texts become vectors. With no endpoint they do so here, and nothing leaves the machine.</summary>
internal sealed class EmbeddingOptions : IValidatableObject
{
    public const string Section = "Embedding";

    /// <summary>Base address of an OpenAI-compatible API, such as https://api.openai.com/v1 or http://localhost:11434/v1.</summary>
    public Uri? Endpoint { get; set; }

    public string? ApiKey { get; set; }

    public string Model { get; set; } = "text-embedding-3-small";

    [Range(1, 4096)]
    public int Dimensions { get; set; } = 1536;

    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Endpoint is not null && !(Endpoint.IsAbsoluteUri && Endpoint.Scheme is "http" or "https"))
        {
            yield return new ValidationResult("Must be an absolute http or https address.", [nameof(Endpoint)]);
        }
    }
}
