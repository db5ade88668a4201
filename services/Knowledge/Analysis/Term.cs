namespace OnePlatform.Knowledge.Analysis;

/// <summary>One indexed word: its stem, and where the word it came from stands in the text.</summary>
internal readonly record struct Term(string Text, int Start, int Length)
{
    public int End => Start + Length;
}
