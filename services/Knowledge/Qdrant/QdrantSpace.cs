using System.Globalization;
using OnePlatform.Knowledge.Embedding;

namespace OnePlatform.Knowledge.Qdrant;

/// <summary>Rows whose vectors can be compared with each other, which is a collection; or those without a vector.</summary>
/// <param name="Dimensions">0 for rows without a vector.</param>
internal sealed record QdrantSpace(string Model, int Dimensions)
{
    private const ulong ModelSeed = 0x51ED270B35AE3F21;

    /// <summary>As it is kept in <see cref="QdrantState.Spaces"/>.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Dimensions}:{Model}");

    /// <summary>Models have names that no collection may have, hence the number.</summary>
    public string Collection => Dimensions == 0
        ? "knowledge_words"
        : string.Create(CultureInfo.InvariantCulture, $"knowledge_{Dimensions}_{FeatureHash.Of(Model, ModelSeed):x16}");

    public static QdrantSpace Of(string? model, int dimensions) => new(dimensions == 0 ? "" : model ?? "", dimensions);

    public static QdrantSpace Parse(string name)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return new QdrantSpace(name[(colon + 1)..], int.Parse(name[..colon], CultureInfo.InvariantCulture));
    }
}
