namespace OnePlatform.AppHost.Local.Output;

/// <summary>What the AppHost prints: its own lines, and those of the resources behind their names.</summary>
internal sealed class PlatformConsole(TextWriter output, bool colored, int nameWidth)
{
    private static readonly int[] s_colors = [36, 32, 33, 35, 34, 96, 92, 93, 95, 94];

    private readonly Lock _gate = new();
    private readonly List<string> _names = [];

    public void Say(string line)
    {
        lock (_gate)
        {
            output.WriteLine(line);
        }
    }

    public void Say(string name, string line)
    {
        lock (_gate)
        {
            output.WriteLine($"{Prefix(name)} {line}");
        }
    }

    private string Prefix(string name)
    {
        var padded = $"{name.PadRight(nameWidth)} |";
        if (!colored)
        {
            return padded;
        }

        if (!_names.Contains(name))
        {
            _names.Add(name);
        }

        return $"\u001b[{s_colors[_names.IndexOf(name) % s_colors.Length]}m{padded}\u001b[0m";
    }
}
