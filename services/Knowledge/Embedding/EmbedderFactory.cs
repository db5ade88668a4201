using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;

namespace OnePlatform.Knowledge.Embedding;

internal static class EmbedderFactory
{
    public static IEmbeddingGenerator<string, Embedding<float>> Create(EmbeddingOptions options)
    {
        if (options.Endpoint is null)
        {
            return new LocalEmbedder();
        }

        // Servers without keys, Ollama and vLLM among them, ignore this one; the client insists on something.
        var credential = new ApiKeyCredential(string.IsNullOrEmpty(options.ApiKey) ? "none" : options.ApiKey);
        var settings = new OpenAIClientOptions
        {
            Endpoint = options.Endpoint,
            NetworkTimeout = options.Timeout,
            RetryPolicy = new ClientRetryPolicy(maxRetries: 3),
        };
        return new OpenAIClient(credential, settings)
            .GetEmbeddingClient(options.Model)
            .AsIEmbeddingGenerator(options.Dimensions);
    }
}
