namespace OnePlatform.Knowledge.Search;

/// <summary>
/// BM25 as Lucene scores it since version 8 (no k1 + 1 in the numerator, idf never negative), with exact lengths where
/// Lucene rounds them to a byte. K1 and B are the usual constants, not fitted to any collection.
/// </summary>
internal static class Bm25
{
    public const double K1 = 1.2;
    public const double B = 0.75;

    public static double Idf(long rows, long rowsWithTerm) => Math.Log(1 + ((rows - rowsWithTerm + 0.5) / (rowsWithTerm + 0.5)));

    /// <summary>The part of the denominator that depends on the row alone.</summary>
    public static double LengthNorm(int length, double averageLength) => K1 * (1 - B + (B * length / averageLength));

    public static double Saturation(int frequency, double lengthNorm) => frequency / (frequency + lengthNorm);
}
