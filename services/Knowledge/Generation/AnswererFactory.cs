using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using OpenAI;

namespace OnePlatform.Knowledge.Generation;

/// <summary>The configured language model, or none.</summary>
internal sealed record ChatModel(IChatClient? Client);

internal static class AnswererFactory
{
    public static IAnswerer Create(ChatModel model, IOptions<ChatModelOptions> options)
        => model.Client is { } client ? new ModelAnswerer(client, options) : new ExtractiveAnswerer();

    public static ChatModel CreateModel(ChatModelOptions options)
    {
        if (options.Endpoint is null)
        {
            return new ChatModel(null);
        }

        // Servers without keys, Ollama and vLLM among them, ignore this one; the client insists on something.
        var credential = new ApiKeyCredential(string.IsNullOrEmpty(options.ApiKey) ? "none" : options.ApiKey);
        var settings = new OpenAIClientOptions
        {
            Endpoint = options.Endpoint,
            NetworkTimeout = options.Timeout,
            RetryPolicy = new ClientRetryPolicy(maxRetries: 2),
        };
        return new ChatModel(new ReadableAnswers(new OpenAIClient(credential, settings).GetChatClient(options.Model).AsIChatClient()));
    }
}
