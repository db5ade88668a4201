using System.Collections.Concurrent;
using System.Globalization;

namespace OnePlatform.Bench.Identity;

/// <summary>Times of answers, in milliseconds.</summary>
internal sealed class Sample
{
    private readonly ConcurrentBag<double> _times = [];

    public void Add(TimeSpan time) => _times.Add(time.TotalMilliseconds);

    public static double Median(IEnumerable<double> values) => Quantile([.. values.Order()], 0.5);

    public override string ToString()
    {
        double[] sorted = [.. _times.Order()];
        return string.Create(CultureInfo.InvariantCulture, $"p50 {Quantile(sorted, 0.5):F1} ms, p95 {Quantile(sorted, 0.95):F1} ms, max {Quantile(sorted, 1):F1} ms ({sorted.Length})");
    }

    private static double Quantile(double[] sorted, double part)
        => sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(part * sorted.Length))];
}
