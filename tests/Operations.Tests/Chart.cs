using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace OnePlatform.Operations.Tests;

/// <summary>
/// Renders the chart as Helm would. The templates keep to a few actions of Helm's language, and this knows no others: values from the
/// root (<c>$.Values.a.b</c>), <c>range</c> over a map with two variables, <c>if</c>, <c>end</c> and <c>quote</c>.
/// </summary>
internal sealed partial class Chart
{
    private readonly Dictionary<object, object> _root;

    public Chart(Action<Dictionary<object, object>>? change = null)
    {
        var values = new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(Repository.Read("deploy", "helm", "oneplatform", "values.yaml"));
        change?.Invoke(values);
        _root = new() { ["Values"] = values };
    }

    /// <summary>What every template gives, one text of many documents; empty ones are left out, as Helm leaves them out.</summary>
    public string Render() => string.Join("\n---\n", Templates()
        .SelectMany(file => Separator().Split(Render(File.ReadAllText(file))))
        .Where(text => text.Trim().Length > 0));

    public static IEnumerable<string> Templates()
        => Directory.EnumerateFiles(Repository.Path("deploy", "helm", "oneplatform", "templates")).Order(StringComparer.Ordinal);

    private string Render(string template)
    {
        var (tokens, position) = (Tokens(template), 0);
        var output = new StringBuilder();
        Block(tokens, ref position, new() { ["$"] = _root }, output, writes: true);
        return position == tokens.Count ? output.ToString() : throw new FormatException("There is an end too many.");
    }

    private void Block(List<(string Text, bool IsAction)> tokens, ref int position, Dictionary<string, object> variables, StringBuilder output, bool writes)
    {
        while (position < tokens.Count)
        {
            var (text, isAction) = tokens[position++];
            if (!isAction)
            {
                output.Append(writes ? text : "");
            }
            else if (text == "end")
            {
                position--;
                return;
            }
            else if (RangeAction().Match(text) is { Success: true } range)
            {
                Range(tokens, ref position, range, variables, output, writes);
            }
            else if (text.StartsWith("if ", StringComparison.Ordinal))
            {
                Block(tokens, ref position, variables, output, writes && Value(text[3..], variables) is "true");
                position++;
            }
            else if (writes)
            {
                output.Append(Text(text, variables));
            }
        }
    }

    private void Range(
        List<(string Text, bool IsAction)> tokens, ref int position, Match range, Dictionary<string, object> variables, StringBuilder output, bool writes)
    {
        var start = position;
        // Helm goes through a map by the order of its keys. Once more without output, so that an empty map skips the block as well.
        foreach (var (key, value) in ((Dictionary<object, object>)Value(range.Groups[3].Value, variables)).OrderBy(e => (string)e.Key, StringComparer.Ordinal))
        {
            position = start;
            Block(tokens, ref position, new(variables) { [range.Groups[1].Value] = key, [range.Groups[2].Value] = value }, output, writes);
        }

        position = start;
        Block(tokens, ref position, new(variables) { [range.Groups[1].Value] = "", [range.Groups[2].Value] = "" }, output, writes: false);
        position++;
    }

    private static string Text(string action, Dictionary<string, object> variables)
    {
        var parts = action.Split('|', StringSplitOptions.TrimEntries);
        var text = Convert.ToString(Value(parts[0], variables), CultureInfo.InvariantCulture)!;
        return parts switch
        {
            [_] => text,
            [_, "quote"] => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
            _ => throw new FormatException($"The action '{action}' is not one this chart may use."),
        };
    }

    private static object Value(string path, Dictionary<string, object> variables)
    {
        if (!PathAction().IsMatch(path))
        {
            throw new FormatException($"The action '{path}' is not one this chart may use.");
        }

        var parts = path.Split('.');
        var value = variables[parts[0]];
        foreach (var part in parts[1..].Where(_ => value is Dictionary<object, object>))
        {
            value = ((Dictionary<object, object>)value).GetValueOrDefault(part)
                ?? throw new KeyNotFoundException($"values.yaml has no {path}.");
        }

        return value;
    }

    private static List<(string Text, bool IsAction)> Tokens(string template)
    {
        List<(string, bool)> tokens = [];
        var (at, trims) = (0, false);
        foreach (Match action in Action().Matches(template))
        {
            var text = template[at..action.Index];
            text = trims ? text.TrimStart() : text;
            tokens.Add((action.Groups[1].Success ? text.TrimEnd() : text, false));
            tokens.Add((action.Groups[2].Value, true));
            (at, trims) = (action.Index + action.Length, action.Groups[3].Success);
        }

        tokens.Add((trims ? template[at..].TrimStart() : template[at..], false));
        return tokens;
    }

    [GeneratedRegex(@"\{\{(- )?\s*(.*?)\s*( -)?\}\}")]
    private static partial Regex Action();

    [GeneratedRegex(@"^---\s*$", RegexOptions.Multiline)]
    private static partial Regex Separator();

    [GeneratedRegex(@"^range (\$\w+), (\$\w+) := (\S+)$")]
    private static partial Regex RangeAction();

    [GeneratedRegex(@"^\$\w*(\.\w+)*$")]
    private static partial Regex PathAction();
}
