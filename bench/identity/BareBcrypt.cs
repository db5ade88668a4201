using System.Diagnostics;
using OnePlatform.Identity.Passwords;

namespace OnePlatform.Bench.Identity;

/// <summary>What the machine can do: as many threads as cores check a password, and nothing else runs.</summary>
internal static class BareBcrypt
{
    // As long as what the service hashes: a digest in base64.
    private static readonly string s_text = new('x', 64);

    /// <returns>Checks a second, all cores together.</returns>
    public static double Measure(int workFactor, TimeSpan span)
    {
        var hash = Bcrypt.Hash(s_text, BCrypt.Net.BCrypt.GenerateSalt(workFactor));
        var rates = new double[Environment.ProcessorCount];
        var threads = rates.Select((_, i) => new Thread(() => rates[i] = RateOfOne(hash, span))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return rates.Sum();
    }

    // Whole checks over the time they took: the one that is under way at the end is not lost.
    private static double RateOfOne(string hash, TimeSpan span)
    {
        var (watch, count) = (Stopwatch.StartNew(), 0);
        while (watch.Elapsed < span)
        {
            Bcrypt.Hash(s_text, hash);
            count++;
        }

        return count / watch.Elapsed.TotalSeconds;
    }
}
