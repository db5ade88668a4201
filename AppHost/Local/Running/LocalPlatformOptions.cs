namespace OnePlatform.AppHost.Local;

/// <summary>How a platform is started.</summary>
public sealed record LocalPlatformOptions
{
    /// <summary>Where state is kept. Without one: a temporary folder when <see cref="Throwaway"/>, else <c>.data</c> in the repository.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The gateway's port: 0 for any free one, null for the one AppHost.cs names.</summary>
    public int? GatewayPort { get; init; } = 0;

    /// <summary>Whether the services make the demo group.</summary>
    public bool Demo { get; init; }

    /// <summary>For tests: servers need not survive a power cut, which makes them faster.</summary>
    public bool Throwaway { get; init; }

    /// <summary>Delete the state first.</summary>
    public bool Reset { get; init; }

    /// <summary>Start only these and what they wait for. Null for all.</summary>
    public IReadOnlyCollection<string>? Resources { get; init; }

    /// <summary>More variables for every service; a null value takes one away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Where the lines of the platform and of its services are written. None by default.</summary>
    public TextWriter Output { get; init; } = TextWriter.Null;

    /// <summary>Whether <see cref="Output"/> is a terminal that shows colours.</summary>
    public bool Colored { get; init; }
}
