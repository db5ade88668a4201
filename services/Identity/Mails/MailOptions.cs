using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Identity.Mails;

/// <summary>Section <c>Mail</c>.</summary>
internal sealed class MailOptions
{
    public const string Section = "Mail";

    [Required]
    public string From { get; set; } = "OnePlatform <no-reply@oneplatform.local>";

    /// <summary>Where mails become files while there is no SMTP server.</summary>
    [Required]
    public string Folder { get; set; } = ".data/mail";

    public SmtpOptions? Smtp { get; set; }

    /// <summary>Attempts before a mail is set aside.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 12;

    /// <summary>Wait after the first failure; it doubles up to an hour.</summary>
    public TimeSpan Backoff { get; set; } = TimeSpan.FromSeconds(5);

    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);
}

internal sealed class SmtpOptions
{
    [Required]
    public string Host { get; set; } = "";

    [Range(1, 65535)]
    public int Port { get; set; } = 587;

    /// <summary>Demand TLS: from the start on port 465, by STARTTLS elsewhere.</summary>
    public bool RequireTls { get; set; } = true;

    public string? User { get; set; }

    public string? Password { get; set; }
}
