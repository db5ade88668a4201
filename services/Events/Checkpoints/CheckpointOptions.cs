using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Events.Checkpoints;

/// <summary>How the log is sealed; section <c>Events:Checkpoints</c>.</summary>
internal sealed class CheckpointOptions
{
    public const string Section = "Events:Checkpoints";

    /// <summary>How often each group whose log has grown gets a checkpoint.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Share of its time in which this works; in the rest it leaves the machine to the writers.</summary>
    [Range(0.001, 1)]
    public double Share { get; set; } = 0.25;
}
