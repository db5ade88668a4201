namespace OnePlatform.Bench.Events;

internal static class Figures
{
    /// <param name="share">0.95 for p95.</param>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    public static void Show(string name, IReadOnlyCollection<double> milliseconds)
        => Console.WriteLine(
            $"{name,-44} p50 {Percentile(milliseconds, 0.5),7:0.0} ms   p95 {Percentile(milliseconds, 0.95),7:0.0} ms   "
            + $"max {milliseconds.Max(),7:0.0} ms   ({milliseconds.Count})");
}
