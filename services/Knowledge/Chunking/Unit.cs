namespace OnePlatform.Knowledge.Chunking;

/// <summary>How good a place the beginning of a unit is to begin a chunk.</summary>
internal enum Cut
{
    Word,
    Sentence,
    Paragraph,
    Heading,
}

/// <summary>
/// The smallest stretch [Start, End) that is never cut: a sentence, a line of a large table, a whole code block. Tokens
/// counts up to the beginning of the next unit.
/// </summary>
internal readonly record struct Unit(int Start, int End, int Tokens, Cut Before, string? Section);
