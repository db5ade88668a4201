using System.Collections.Frozen;
using System.Globalization;

namespace OnePlatform.Knowledge.Analysis;

/// <summary>Lower case without diacritics. A table, because string.Normalize does nothing under InvariantGlobalization.</summary>
internal static class Folding
{
    private static readonly FrozenDictionary<char, char> s_plain = Table(
        ('a', "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"), ('b', "ƀḃḅḇ"), ('c', "çćĉċčḉ"), ('d', "ðďđḋḍḏḑḓ"),
        ('e', "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"), ('f', "ḟ"), ('g', "ĝğġģǧǵḡ"), ('h', "ĥħȟḣḥḧḩḫẖ"),
        ('i', "ìíîïĩīĭįıǐȉȋɨḭḯỉị"), ('j', "ĵǰ"), ('k', "ķǩḱḳḵ"), ('l', "ĺļľłḷḹḻḽ"), ('m', "ḿṁṃ"), ('n', "ñńņňŋǹṅṇṉṋ"),
        ('o', "òóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ"), ('p', "ṕṗ"), ('r', "ŕŗřȑȓṙṛṝṟ"), ('s', "śŝşšſșṡṣṥṧṩẛ"),
        ('t', "ţťŧțṫṭṯṱẗ"), ('u', "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"), ('v', "ṽṿ"), ('w', "ŵẁẃẅẇẉẘ"), ('x', "ẋẍ"),
        ('y', "ýÿŷȳẏẙỳỵỷỹ"), ('z', "źżžẑẓẕ"), ('α', "ά"), ('β', "ϐ"), ('ε', "έϵ"), ('η', "ή"), ('θ', "ϑ"), ('ι', "ΐίϊ"),
        ('κ', "ϰ"), ('ο', "ό"), ('π', "ϖ"), ('ρ', "ϱ"), ('σ', "ςϲ"), ('υ', "ΰϋύ"), ('φ', "ϕ"), ('ω', "ώ"),
        ('г', "ѓ"), ('е', "ѐё"), ('и', "йѝ"), ('к', "ќ"), ('у', "ў"), ('і', "ї"));

    /// <summary>Writes the folded word and answers its length; <paramref name="folded"/> holds twice the word.</summary>
    public static int Fold(ReadOnlySpan<char> word, Span<char> folded)
    {
        var length = 0;
        foreach (var c in word)
        {
            if (char.IsAscii(c))
            {
                folded[length++] = char.ToLowerInvariant(c);
                continue;
            }

            length = FoldWide(c, folded, length);
        }

        return length;
    }

    private static int FoldWide(char c, Span<char> folded, int length)
    {
        if (CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark)
        {
            return length;
        }

        // Full-width Latin letters and digits are the same words to a reader.
        var lower = c is >= '\uFF01' and <= '\uFF5E' ? char.ToLowerInvariant((char)(c - 0xFEE0)) : char.ToLowerInvariant(c);
        if (Pair(lower) is { } pair)
        {
            folded[length++] = pair[0];
            folded[length++] = pair[1];
            return length;
        }

        folded[length++] = lower is '\u2019' or '\u02BC' ? '\'' : s_plain.GetValueOrDefault(lower, lower);
        return length;
    }

    private static string? Pair(char lower) => lower switch
    {
        'ß' => "ss",
        'æ' or 'ǣ' or 'ǽ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ĳ' => "ij",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬀ' => "ff",
        _ => null,
    };

    private static FrozenDictionary<char, char> Table(params (char Plain, string Marked)[] rows) =>
        rows.SelectMany(row => row.Marked.EnumerateRunes().Select(rune => ((char)rune.Value, row.Plain)))
            .ToFrozenDictionary(pair => pair.Item1, pair => pair.Plain);
}
