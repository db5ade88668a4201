using System.Diagnostics;
using System.Runtime.InteropServices;
using OnePlatform.Identity.Passwords;

namespace OnePlatform.Bench.Identity;

/// <summary>What the machine can do: as many threads as cores check passwords, and nothing else runs.</summary>
internal static partial class BareBcrypt
{
    // crypt.h: the size of struct crypt_data, which must begin as zeros.
    private const int WorkSpace = 32768;

    // As long as what the service hashes: a digest in base64.
    private static readonly string s_text = new('x', 64);

    /// <returns>Checks a second, all cores together, by the system's libcrypt.</returns>
    public static double MeasureOfSystem(int workFactor, TimeSpan span)
    {
        var setting = BcryptSetting.New(workFactor).ToString();
        return Measure(span, () =>
        {
            HashBySystem(setting);
            return 1;
        });
    }

    /// <returns>Checks a second, all cores together, by the service's own code, as many side by side as it does.</returns>
    public static double MeasureOfService(int workFactor, TimeSpan span)
    {
        string[] texts = [.. Enumerable.Repeat(s_text, InterleavedBcrypt.Lanes)];
        BcryptSetting[] settings = [.. texts.Select(_ => BcryptSetting.New(workFactor))];
        return Measure(span, () => InterleavedBcrypt.Hash(texts, settings).Length);
    }

    private static double Measure(TimeSpan span, Func<int> hash)
    {
        var rates = new double[Environment.ProcessorCount];
        var threads = rates.Select((_, i) => new Thread(() => rates[i] = RateOfOne(hash, span))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return rates.Sum();
    }

    // Whole checks over the time they took: the one that is under way at the end is not lost.
    private static double RateOfOne(Func<int> hash, TimeSpan span)
    {
        var (watch, count) = (Stopwatch.StartNew(), 0);
        while (watch.Elapsed < span)
        {
            count += hash();
        }

        return count / watch.Elapsed.TotalSeconds;
    }

    private static unsafe void HashBySystem(string setting)
    {
        var space = stackalloc byte[WorkSpace];
        if (CryptRn(s_text, setting, space, WorkSpace) == null)
        {
            throw new InvalidOperationException("libcrypt does not take the setting.");
        }
    }

    [LibraryImport("libcrypt.so.1", EntryPoint = "crypt_rn", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial byte* CryptRn(string phrase, string setting, byte* data, int size);
}
