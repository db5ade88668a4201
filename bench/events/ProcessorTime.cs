using System.Globalization;

namespace OnePlatform.Bench.Events;

/// <summary>Where the time of the two cores goes. On a busy machine it says more than rates do.</summary>
internal static class ProcessorTime
{
    private const double TicksPerSecond = 100;

    /// <summary>Seconds of a process and all it started, those that ended included.</summary>
    public static double Of(int process)
    {
        var all = Directory.EnumerateDirectories("/proc").Select(f => Path.GetFileName(f)).Where(n => int.TryParse(n, CultureInfo.InvariantCulture, out _))
            .Select(Read).OfType<(int Id, int Parent, double Seconds)>().ToList();
        var family = new HashSet<int> { process };
        for (var known = 0; known != family.Count;)
        {
            known = family.Count;
            family.UnionWith(all.Where(p => family.Contains(p.Parent)).Select(p => p.Id));
        }

        return all.Where(p => family.Contains(p.Id)).Sum(p => p.Seconds);
    }

    private static (int, int, double)? Read(string process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = fields[11..15].Sum(f => long.Parse(f, CultureInfo.InvariantCulture));
            return (int.Parse(process, CultureInfo.InvariantCulture), int.Parse(fields[1], CultureInfo.InvariantCulture), ticks / TicksPerSecond);
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return null;
        }
    }
}
