using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Events.Webhooks;

/// <summary>How events are sent to webhooks; section <c>Webhooks</c>.</summary>
internal sealed class WebhookOptions
{
    public const string Section = "Webhooks";

    /// <summary>Protects the secrets at rest; whoever changes it loses them. Checkpoints are signed with a key derived from it. At least 32 characters.</summary>
    [Required, MinLength(32)]
    public string EncryptionSecret { get; set; } = "";

    /// <summary>Lets receivers stand in private networks and speak http. Only in Development unless stated.</summary>
    public bool? AllowPrivateAddresses { get; set; }

    /// <summary>How long a receiver may take to answer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Deliveries on their way to one receiver at the same time.</summary>
    [Range(1, 100)]
    public int PerReceiver { get; set; } = 4;

    /// <summary>Deliveries on their way from one instance.</summary>
    [Range(1, 1000)]
    public int PerInstance { get; set; } = 64;

    /// <summary>Delays before the first attempt and each that follows; the standard's unless stated.</summary>
    // Not its default: configuration adds to a list that is there already.
    public IReadOnlyList<TimeSpan>? Schedule { get; set; }

    /// <summary>Failures in a row after which a receiver is left alone for a while.</summary>
    [Range(1, 1000)]
    public int FailuresBeforePause { get; set; } = 5;

    /// <summary>First such while; doubles up to a hundred times itself.</summary>
    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A receiver that fails for so long is disabled.</summary>
    public TimeSpan DisableAfter { get; set; } = TimeSpan.FromDays(5);

    /// <summary>How long the old secret signs beside the new one.</summary>
    public TimeSpan SecretOverlap { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long the delivery log keeps what was delivered or given up.</summary>
    public TimeSpan KeepDeliveries { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How often to look although nothing was recorded, for what has become due.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    public IReadOnlyList<TimeSpan> EffectiveSchedule => Schedule ?? s_standard;

    private static readonly TimeSpan[] s_standard =
    [
        TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2),
        TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];
}
