using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CsCheck;
using OnePlatform.Knowledge.Embedding;
using OnePlatform.Knowledge.Search;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Embedding;

public sealed class EmbeddingLocally
{
    [Fact]
    public async Task The_same_text_has_the_same_vector_on_every_machine()
    {
        using var embedder = EmbedderFactory.Create(new EmbeddingOptions());
        var vectors = await embedder.GenerateAsync(["Boundary layers on a flat plate", "Boundary layers on a flat plate"]);

        Assert.Equal(vectors[0].Vector.ToArray(), vectors[1].Vector.ToArray());
        Assert.Equal(LocalEmbedding.Model, vectors[0].ModelId);

        // Rows already stored were made by this very computation: if this changes, so must the model's name.
        Assert.Equal("2e99810597fbea98", Fingerprint(vectors[0].Vector.Span));
    }

    [Fact]
    public void Vectors_are_of_unit_length_and_a_byte_a_component_holds_them() =>
        Gen.String.Sample(text =>
        {
            var vector = LocalEmbedding.Embed(text);
            Assert.Equal(LocalEmbedding.Dimensions, vector.Length);
            var norm = TensorPrimitives.Norm<float>(vector);
            Assert.True(norm == 0 || Math.Abs(norm - 1) < 1e-5);
            Assert.Equal(0, CompactVector.Encode(vector, new sbyte[vector.Length]).Error);
        });

    [Theory]
    [InlineData("refund of an order", "orders are refunded within days", "the wing stalls at high incidence")]
    [InlineData("aeroelastic wings", "elasticity of a wing", "opening hours of the shop")]
    [InlineData("CAFÉ prices", "the price of a cafe", "weather tomorrow morning")]
    public void Texts_that_share_words_or_parts_of_words_are_nearer(string text, string near, string far) =>
        Assert.True(Cosine(text, near) > Cosine(text, far) + 0.1);

    [Fact]
    public void A_text_without_words_is_near_nothing() => Assert.Equal(0, Cosine("the of and", "the of and"));

    private static float Cosine(string a, string b) => TensorPrimitives.Dot<float>(LocalEmbedding.Embed(a), LocalEmbedding.Embed(b));

    private static string Fingerprint(ReadOnlySpan<float> vector)
    {
        var whole = new sbyte[vector.Length];
        CompactVector.Encode(vector, whole);
        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(whole.AsSpan())))[..16];
    }
}
