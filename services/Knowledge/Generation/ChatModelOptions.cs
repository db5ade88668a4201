using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Knowledge.Generation;

/// <summary>The language model behind answers; section <c>ChatModel</c>. Without an endpoint answers are extractive and nothing leaves the machine.</summary>
internal sealed class ChatModelOptions : IValidatableObject
{
    public const string Section = "ChatModel";

    /// <summary>Base address of an OpenAI-compatible API, such as https://api.openai.com/v1 or http://localhost:11434/v1.</summary>
    public Uri? Endpoint { get; set; }

    public string? ApiKey { get; set; }

    public string Model { get; set; } = "gpt-4o-mini";

    /// <summary>Models a request may name instead.</summary>
    public IList<string> OtherModels { get; } = [];

    [Range(1, 100_000)]
    public int MaxTokens { get; set; } = 1024;

    /// <summary>Tokens of a conversation's past that go along with a question; the oldest messages stay behind.</summary>
    [Range(0, 1_000_000)]
    public int HistoryTokens { get; set; } = 4000;

    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Endpoint is not null && !(Endpoint.IsAbsoluteUri && Endpoint.Scheme is "http" or "https"))
        {
            yield return new ValidationResult("Must be an absolute http or https address.", [nameof(Endpoint)]);
        }
    }
}
