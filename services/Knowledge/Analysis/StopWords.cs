using System.Collections.Frozen;

namespace OnePlatform.Knowledge.Analysis;

/// <summary>English words that say nothing about what a text is about: Snowball's published list, apostrophes dropped.</summary>
internal static class StopWords
{
    private const string English = """
        i me my myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers herself
        it its itself they them their theirs themselves what which who whom this that these those am is are was were be been
        being have has had having do does did doing would should could ought im youre hes shes were theyre ive youve weve
        theyve id youd hed shed wed theyd ill youll hell shell well theyll isnt arent wasnt werent hasnt havent hadnt doesnt
        dont didnt wont wouldnt shant shouldnt cant cannot couldnt mustnt lets thats whos whats heres theres whens wheres
        whys hows a an the and but if or because as until while of at by for with about against between into through during
        before after above below to from up down in out on off over under again further then once here there when where why
        how all any both each few more most other some such no nor not only own same so than too very can will
        """;

    // "well", "shed", "hell", "ill" and "wed" are words of their own once the apostrophe is gone.
    private static readonly FrozenSet<string> s_words = English
        .Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
        .Except(["well", "shed", "hell", "ill", "wed", "id", "shell", "wont", "cant", "lets"])
        .ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_lookup =
        s_words.GetAlternateLookup<ReadOnlySpan<char>>();

    public static bool Contains(ReadOnlySpan<char> folded) => s_lookup.Contains(folded);
}
