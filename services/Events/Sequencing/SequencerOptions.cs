using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Events.Sequencing;

/// <summary>How lines get their positions; section <c>Events:Sequencer</c>.</summary>
internal sealed class SequencerOptions
{
    public const string Section = "Events:Sequencer";

    /// <summary>Lines moved by one statement.</summary>
    [Range(1, 20_000)]
    public int BatchSize { get; set; } = 2000;

    /// <summary>How often to look although nobody called, should a call ever be lost.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);
}
