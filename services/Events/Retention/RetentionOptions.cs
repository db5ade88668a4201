using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Events.Retention;

/// <summary>How old events are removed; section <c>Events:Retention</c>.</summary>
internal sealed class RetentionOptions
{
    public const string Section = "Events:Retention";

    /// <summary>Where events are written before they are removed, a folder per group. Without one they are removed only.</summary>
    public string? ArchiveFolder { get; set; }

    /// <summary>Share of its time in which the removal works; in the rest it leaves the machine to the writers.</summary>
    [Range(0.001, 1)]
    public double Share { get; set; } = 0.05;

    /// <summary>Events removed by one statement.</summary>
    [Range(1, 20_000)]
    public int BatchSize { get; set; } = 1000;

    /// <summary>Events archived and removed in one go; at most so many lie in a file.</summary>
    [Range(1, 1_000_000)]
    public int FileSize { get; set; } = 50_000;

    /// <summary>How often to look for what is old.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);
}
