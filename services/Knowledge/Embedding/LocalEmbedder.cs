using Microsoft.Extensions.AI;

namespace OnePlatform.Knowledge.Embedding;

/// <summary>The local embedding behind the seam that model endpoints have too.</summary>
internal sealed class LocalEmbedder : IEmbeddingGenerator<string, Embedding<float>>
{
    private static readonly EmbeddingGeneratorMetadata s_metadata =
        new("oneplatform", defaultModelId: LocalEmbedding.Model, defaultModelDimensions: LocalEmbedding.Dimensions);

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        foreach (var value in values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            embeddings.Add(new Embedding<float>(LocalEmbedding.Embed(value)) { ModelId = LocalEmbedding.Model });
        }

        return Task.FromResult(embeddings);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        if (serviceKey is not null)
        {
            return null;
        }

        return serviceType == typeof(EmbeddingGeneratorMetadata) ? s_metadata : serviceType.IsInstanceOfType(this) ? this : null;
    }

    public void Dispose()
    {
    }
}
