using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace OnePlatform.Knowledge.Embedding;

/// <summary>Texts to unit vectors, with the model's name, by which like is compared with like only.</summary>
internal sealed class Embedder(IEmbeddingGenerator<string, Embedding<float>> generator, IOptions<EmbeddingOptions> options)
{
    /// <summary>In place of the model: a row that waits for its vector, and is found by its words till then.</summary>
    public const string Pending = "pending";

    private const int BatchSize = 64;

    public string Model => options.Value.Endpoint is null ? LocalEmbedding.Model : options.Value.Model;

    /// <summary>What a vector hit counts beside a keyword hit.</summary>
    public double FusionWeight => options.Value.Endpoint is null ? LocalEmbedding.FusionWeight : 1;

    /// <summary>A vector for each text; one that has no direction, because nothing in the text was a word, is null.</summary>
    /// <exception cref="EmbeddingException">The endpoint is away, refuses, or answers with something else.</exception>
    public async Task<float[]?[]> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var vectors = new float[]?[texts.Count];
        for (var first = 0; first < texts.Count; first += BatchSize)
        {
            var embedded = await GenerateAsync([.. texts.Skip(first).Take(BatchSize)], cancellationToken);
            for (var i = 0; i < embedded.Count; i++)
            {
                vectors[first + i] = UnitOf(embedded[i].Vector.ToArray());
            }
        }

        return vectors;
    }

    private async Task<IReadOnlyList<Embedding<float>>> GenerateAsync(string[] texts, CancellationToken cancellationToken)
    {
        GeneratedEmbeddings<Embedding<float>> embedded;
        try
        {
            embedded = await generator.GenerateAsync(texts, cancellationToken: cancellationToken);
        }
        catch (Exception ex) when (EmbedderFailure.Of(ex, cancellationToken) is { } failure)
        {
            throw new EmbeddingException(failure, ex);
        }

        var asked = options.Value.Endpoint is null ? (int?)null : options.Value.Dimensions;
        return EmbedderFailure.Of(embedded, texts.Length, asked) is { } wrong ? throw new EmbeddingException(wrong) : embedded;
    }

    /// <summary>The vector at length one, or null when it has no direction.</summary>
    public static float[]? UnitOf(float[] vector)
    {
        var norm = MathF.Sqrt(TensorPrimitives.SumOfSquares<float>(vector));
        if (norm == 0 || !float.IsFinite(norm))
        {
            return null;
        }

        // Divided again, a vector that has length one already would lose its place on the unit grid.
        if (MathF.Abs(norm - 1) > 1e-5f)
        {
            TensorPrimitives.Divide(vector, norm, vector);
        }

        return vector;
    }
}
