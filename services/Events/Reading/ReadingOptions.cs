using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Events.Reading;

/// <summary>Reads of the log; section <c>Events:Reads</c>.</summary>
internal sealed class ReadingOptions
{
    public const string Section = "Events:Reads";

    /// <summary>Of the reads of one caller in this time the first is noted; zero: none is.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Events that are looked at for one page, however few of them pass its filters.</summary>
    [Range(10, 10_000_000)]
    public int Reach { get; set; } = 20_000;
}
