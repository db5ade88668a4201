namespace OnePlatform.Knowledge.Reading;

/// <summary>What one document may cost. Bound from configuration; the defaults suit 25 MiB uploads.</summary>
internal sealed class ReadingLimits
{
    public const string Section = "Reading";

    public int Bytes { get; set; } = 25 * 1024 * 1024;

    public int Pages { get; set; } = 2_000;

    /// <summary>Characters of text kept from one document; more is refused, not cut.</summary>
    public int Characters { get; set; } = 20_000_000;

    /// <summary>All parts of a zipped document together, unpacked; of a PDF all that is unpacked to read it.</summary>
    public long UnpackedBytes { get; set; } = 200L * 1024 * 1024;

    public int Parts { get; set; } = 5_000;

    /// <summary>Elements within elements.</summary>
    public int Nesting { get; set; } = 256;
}
