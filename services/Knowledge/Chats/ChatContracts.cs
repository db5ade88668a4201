using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OnePlatform.Knowledge.Chats;

/// <summary>What <c>useChat</c> sends.</summary>
public sealed record ChatRequest
{
    /// <summary>The client's id of the conversation; it is part of addresses, so it has no signs that need escaping there.</summary>
    [Required, StringLength(100, MinimumLength = 1), RegularExpression(@"[A-Za-z0-9._:~@=-]+")]
    public string Id { get; init; } = "";

    /// <summary>The whole conversation as UI messages, the question last.</summary>
    public IReadOnlyList<JsonElement>? Messages { get; init; }

    /// <summary>The question alone, where the client leaves the past to the server.</summary>
    public JsonElement? Message { get; init; }

    [AllowedValues("submit-message", "regenerate-message", null)]
    public string? Trigger { get; init; }

    public string? MessageId { get; init; }

    /// <summary>As for generate.</summary>
    public JsonElement? Context { get; init; }

    [StringLength(20_000)]
    public string? System { get; init; }

    [StringLength(100)]
    public string? Model { get; init; }

    [Range(1, 100_000)]
    public int? MaxTokens { get; init; }

    /// <summary>Clients add members of their own; they are not refused here.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; init; }
}

/// <param name="Messages">UI messages.</param>
public sealed record ChatResponse(string Id, JsonElement Messages, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);
