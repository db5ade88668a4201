using System.Globalization;
using System.Text;

namespace OnePlatform.Querying.Sql;

/// <summary>Collects the values of one statement. The only way a caller's text gets near SQL.</summary>
internal sealed class ParameterBag
{
    // No store would name its own parameter like this.
    private const string Prefix = "q_";

    private readonly List<QueryParameter> _all;
    private readonly Dictionary<object, string> _known;

    public ParameterBag() => (_all, _known) = ([], []);

    /// <summary>With what another has collected so far.</summary>
    public ParameterBag(ParameterBag other) => (_all, _known) = ([.. other._all], new(other._known));

    public IReadOnlyList<QueryParameter> All => _all;

    /// <returns>The placeholder; the same one for an equal value, so that an expression reads the same wherever it is repeated.</returns>
    public string Add(object value)
    {
        if (_known.TryGetValue(value, out var placeholder))
        {
            return placeholder;
        }

        var name = Prefix + _all.Count.ToString(CultureInfo.InvariantCulture);
        _all.Add(new QueryParameter(name, value));
        return _known[value] = "@" + name;
    }

    public string AddContaining(string text) => Add($"%{EscapeLike(text)}%");

    /// <param name="pattern"><c>*</c> stands for anything; <c>\</c> takes the meaning from the character after it.</param>
    public string AddPattern(string pattern)
    {
        var like = new StringBuilder(pattern.Length + 8);
        for (var i = 0; i < pattern.Length; i++)
        {
            like.Append(pattern[i] switch
            {
                '*' => "%",
                '\\' when i + 1 < pattern.Length => EscapeLike(pattern[++i].ToString()),
                var plain => EscapeLike(plain.ToString()),
            });
        }

        return Add(like.ToString());
    }

    private static string EscapeLike(string text) => text
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("%", @"\%", StringComparison.Ordinal)
        .Replace("_", @"\_", StringComparison.Ordinal);
}
