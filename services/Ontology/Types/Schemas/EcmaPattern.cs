using System.Text;
using System.Text.RegularExpressions;

namespace OnePlatform.Ontology.Types.Schemas;

/// <summary>Patterns of JSON Schema mean what ECMA-262 says, not what this runtime says; they differ in a handful of places.</summary>
internal static class EcmaPattern
{
    private const string LineEnds = @"\n\r\u2028\u2029";

    private static readonly Dictionary<string, string> s_categories = new(StringComparer.Ordinal)
    {
        ["Letter"] = "L",
        ["Lowercase_Letter"] = "Ll",
        ["Uppercase_Letter"] = "Lu",
        ["Titlecase_Letter"] = "Lt",
        ["Mark"] = "M",
        ["Number"] = "N",
        ["Decimal_Number"] = "Nd",
        ["digit"] = "Nd",
        ["Punctuation"] = "P",
        ["punct"] = "P",
        ["Symbol"] = "S",
        ["Separator"] = "Z",
        ["Other"] = "C",
    };

    /// <summary>The pattern as a regular expression whose time is linear in the text, whatever it is: tenants write patterns too.</summary>
    /// <exception cref="ArgumentException">No pattern.</exception>
    /// <exception cref="NotSupportedException">Backward references and looking around take more than linear time.</exception>
    public static Regex Compile(string pattern)
        => new(Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static string Translate(string pattern)
    {
        var result = new StringBuilder(pattern.Length + 16);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                i = Escape(pattern, i + 1, inClass, result);
            }
            else if (inClass)
            {
                // This runtime would read a bracket in a class as one class less another.
                inClass = c != ']';
                result.Append(c == '[' ? @"\[" : c.ToString());
            }
            else if (char.IsHighSurrogate(c) && i + 1 < pattern.Length)
            {
                // One character to the specification, two to this runtime: a quantifier means both.
                result.Append("(?:").Append(c).Append(pattern[++i]).Append(')');
            }
            else
            {
                inClass = c == '[';
                result.Append(c switch { '$' => @"\z", '.' => $@"(?:[\uD800-\uDBFF][\uDC00-\uDFFF]|[^{LineEnds}])", _ => c.ToString() });
            }
        }

        return result.ToString();
    }

    /// <returns>Where the escape ends.</returns>
    private static int Escape(string pattern, int at, bool inClass, StringBuilder result)
    {
        var c = pattern[at];
        if (c is 'p' or 'P' && at + 1 < pattern.Length && pattern[at + 1] == '{' && pattern.IndexOf('}', at) is > 0 and var end)
        {
            var name = pattern[(at + 2)..end];
            name = name[(name.IndexOf('=', StringComparison.Ordinal) + 1)..];
            result.Append('\\').Append(c).Append('{').Append(s_categories.GetValueOrDefault(name, name)).Append('}');
            return end;
        }

        // \d and \w are ASCII to ECMA-262, and \s counts the byte order mark as space.
        var set = c switch { 'd' or 'D' => "0-9", 'w' or 'W' => "A-Za-z0-9_", 's' or 'S' => @"\s\uFEFF", _ => null };
        if (set is null || (inClass && char.IsUpper(c)))
        {
            result.Append('\\').Append(c);
        }
        else
        {
            result.Append(inClass ? set : $"[{(char.IsUpper(c) ? "^" : "")}{set}]");
        }

        return at;
    }
}
