namespace OnePlatform.Knowledge.Analysis;

internal ref partial struct EnglishStemmer
{
    private static readonly string[] s_prefixes =
        ["gener", "commun", "arsen", "past", "univers", "later", "emerg", "organ", "inter"];

    // Longest first: the first that matches decides, also when its condition then fails.
    private static readonly (string Suffix, string Replacement)[] s_double = LongestFirst(
        ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("abli", "able"), ("entli", "ent"), ("izer", "ize"),
        ("ization", "ize"), ("ational", "ate"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("aliti", "al"),
        ("alli", "al"), ("fulness", "ful"), ("ousli", "ous"), ("ousness", "ous"), ("iveness", "ive"), ("iviti", "ive"),
        ("biliti", "ble"), ("bli", "ble"), ("ogist", "og"), ("ogi", "og"), ("fulli", "ful"), ("lessli", "less"), ("li", ""));

    private static readonly (string Suffix, string Replacement)[] s_single = LongestFirst(
        ("tional", "tion"), ("ational", "ate"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"), ("ical", "ic"),
        ("ful", ""), ("ness", ""), ("ative", ""));

    private static readonly (string Suffix, string Replacement)[] s_last = LongestFirst(
        ("al", ""), ("ance", ""), ("ence", ""), ("er", ""), ("ic", ""), ("able", ""), ("ible", ""), ("ant", ""),
        ("ement", ""), ("ment", ""), ("ent", ""), ("ism", ""), ("ate", ""), ("iti", ""), ("ous", ""), ("ive", ""),
        ("ize", ""), ("ion", ""));

    private static (string, string)[] LongestFirst(params (string Suffix, string)[] rows) =>
        [.. rows.OrderByDescending(row => row.Suffix.Length)];

    private static int RegionPrefix(ReadOnlySpan<char> word)
    {
        foreach (var prefix in s_prefixes)
        {
            if (word.StartsWith(prefix))
            {
                return prefix.Length;
            }
        }

        return 0;
    }

    private static string? Special(ReadOnlySpan<char> word) => word switch
    {
        "skis" => "ski",
        "skies" => "sky",
        "idly" => "idl",
        "gently" => "gentl",
        "ugly" => "ugli",
        "early" => "earli",
        "only" => "onli",
        "singly" => "singl",
        "sky" or "news" or "howe" or "atlas" or "cosmos" or "bias" or "andes" => word.ToString(),
        _ => null,
    };

    private void RemovePlural()
    {
        Replace(Ends("'s'") ? 3 : Ends("'s") ? 2 : Ends("'") ? 1 : 0, "");
        if (Ends("sses"))
        {
            Replace(2, "");
        }
        else if (Ends("ied") || Ends("ies"))
        {
            Replace(3, _length > 4 ? "i" : "ie");
        }
        else if (Ends("s") && !Ends("us") && !Ends("ss") && _length > 2 && HasVowelBefore(_length - 2))
        {
            _length--;
        }
    }

    private void RemovePastAndGerund()
    {
        var eed = Ends("eedly") ? 5 : Ends("eed") ? 3 : 0;
        if (eed > 0)
        {
            var stem = _length - eed;
            if (stem >= _r1 && _word[..stem] is not ("proc" or "exc" or "succ"))
            {
                Replace(eed, "ee");
            }

            return;
        }

        var length = Ends("ingly") ? 5 : Ends("edly") ? 4 : Ends("ing") ? 3 : Ends("ed") ? 2 : 0;
        if (length == 0 || (Ends("ing") && IsSettledGerund()) || !HasVowelBefore(_length - length))
        {
            return;
        }

        _length -= length;
        MendStem();
    }

    private bool IsSettledGerund()
    {
        var stem = _word[..(_length - 3)];
        if (stem is [_, 'y'] && !IsVowel(0))
        {
            Replace(4, "ie");
            return true;
        }

        return stem is "inn" or "out" or "cann" or "herr" or "earr" or "even";
    }

    private void MendStem()
    {
        if (Ends("at") || Ends("bl") || Ends("iz"))
        {
            _word[_length++] = 'e';
        }
        else if (_length >= 2 && _word[_length - 1] == _word[_length - 2] && "bdfgmnprt".Contains(_word[_length - 1]))
        {
            // add, egg and off keep both letters.
            if (!(_length == 3 && _word[0] is 'a' or 'e' or 'o'))
            {
                _length--;
            }
        }
        else if (_length == _r1 && EndsInShortSyllable(_length))
        {
            _word[_length++] = 'e';
        }
    }

    private void ShortenDouble()
    {
        if (Match(s_double) is not { } match || _length - match.Suffix.Length < _r1)
        {
            return;
        }

        var before = _length > match.Suffix.Length ? _word[_length - match.Suffix.Length - 1] : '\0';
        if ((match.Suffix == "li" && !"cdeghkmnrt".Contains(before)) || (match.Suffix == "ogi" && before != 'l'))
        {
            return;
        }

        Replace(match.Suffix.Length, match.Replacement);
    }

    private void ShortenSingle()
    {
        if (Match(s_single) is { } match && _length - match.Suffix.Length >= (match.Suffix == "ative" ? Math.Max(_r1, _r2) : _r1))
        {
            Replace(match.Suffix.Length, match.Replacement);
        }
    }

    private void RemoveLast()
    {
        if (Match(s_last) is not { } match || _length - match.Suffix.Length < _r2)
        {
            return;
        }

        if (match.Suffix != "ion" || (_length > 3 && _word[_length - 4] is 's' or 't'))
        {
            _length -= match.Suffix.Length;
        }
    }

    private void RemoveFinalLetter()
    {
        if (_length < 2)
        {
            return;
        }

        var stem = _length - 1;
        var remove = _word[stem] switch
        {
            'e' => stem >= _r2 || (stem >= _r1 && !EndsInShortSyllable(stem)),
            'l' => stem >= _r2 && _word[stem - 1] == 'l',
            _ => false,
        };

        if (remove)
        {
            _length--;
        }
    }

    private readonly (string Suffix, string Replacement)? Match((string Suffix, string Replacement)[] rows)
    {
        foreach (var row in rows)
        {
            if (Ends(row.Suffix))
            {
                return row;
            }
        }

        return null;
    }
}
