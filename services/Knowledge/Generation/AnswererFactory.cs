using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using OpenAI;

namespace OnePlatform.Knowledge.Generation;

internal static class AnswererFactory
{
    public static IAnswerer Create(IOptions<ChatModelOptions> options)
    {
        var model = options.Value;
        if (model.Endpoint is null)
        {
            return new ExtractiveAnswerer();
        }

        // Servers without keys, Ollama and vLLM among them, ignore this one; the client insists on something.
        var credential = new ApiKeyCredential(string.IsNullOrEmpty(model.ApiKey) ? "none" : model.ApiKey);
        var settings = new OpenAIClientOptions
        {
            Endpoint = model.Endpoint,
            NetworkTimeout = model.Timeout,
            RetryPolicy = new ClientRetryPolicy(maxRetries: 2),
        };
        return new ModelAnswerer(new OpenAIClient(credential, settings).GetChatClient(model.Model).AsIChatClient(), options);
    }
}
