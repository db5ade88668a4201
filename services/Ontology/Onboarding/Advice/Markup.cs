using System.Text;

namespace OnePlatform.Ontology.Onboarding.Advice;

/// <summary>Text of strangers inside of documents that are shown elsewhere.</summary>
internal static class Markup
{
    /// <summary>On one line, and without the characters that begin markup or HTML.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is '<' or '>' or '[' or ']' or '`' or '*' or '_' or '#' or '|' or '\\')
            {
                plain.Append('\\');
            }

            plain.Append(char.IsControl(c) ? ' ' : c);
        }

        return plain.ToString();
    }
}
