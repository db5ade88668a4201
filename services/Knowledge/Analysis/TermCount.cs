using System.Runtime.InteropServices;

namespace OnePlatform.Knowledge.Analysis;

/// <summary>How often a stem occurs in a text.</summary>
internal readonly record struct TermCount(string Text, int Count)
{
    /// <summary>In the order of first occurrence.</summary>
    public static List<TermCount> Of(ReadOnlySpan<Term> terms)
    {
        var places = new Dictionary<string, int>(terms.Length, StringComparer.Ordinal);
        var counts = new List<TermCount>(terms.Length);
        foreach (var term in terms)
        {
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(places, term.Text, out var known);
            if (known)
            {
                counts[place] = counts[place] with { Count = counts[place].Count + 1 };
            }
            else
            {
                place = counts.Count;
                counts.Add(new TermCount(term.Text, 1));
            }
        }

        return counts;
    }
}
