using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Identity.Mails;

/// <summary>
/// A mail to be sent, stored with the change that causes it. It holds no secret: link and code follow from its id and the
/// configured secret, so that a mail that is sent again after a crash is the same mail.
/// </summary>
internal sealed class Mail
{
    public required Guid Id { get; init; }

    /// <summary>A one-time purpose, or a notice from <see cref="MailKinds"/>.</summary>
    public required string Kind { get; init; }

    public required string Email { get; init; }

    /// <summary>
    /// Whose change this is. Null when only the address is known; whether there is an account is then looked up at sending, so
    /// that the answer to the request cannot tell.
    /// </summary>
    public Guid? UserId { get; init; }

    /// <summary>Where the page behind the link leads on to; checked when it was asked for.</summary>
    public string? ReturnTo { get; init; }

    /// <summary>What the notice is about, such as the name of a key; never a secret.</summary>
    public string? About { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset DueAt { get; set; }

    public int Attempts { get; set; }

    /// <summary>Set aside after too many attempts.</summary>
    public DateTimeOffset? FailedAt { get; set; }

    public string? LastError { get; set; }
}

internal static class MailKinds
{
    public const string PasswordChanged = "password-changed";
    public const string EmailChanged = "email-changed";
    public const string SecondFactorChanged = "second-factor-changed";

    public const string ApiKeyMade = "api-key-made";
    public const string ApiKeyRotated = "api-key-rotated";
    public const string ApiKeyElsewhere = "api-key-elsewhere";
    /// <summary>A place in a group, offered to an address that need not have an account.</summary>
    public const string Invitation = "invitation";

    public const string AccountLinked = "account-linked";
    public const string AccountUnlinked = "account-unlinked";

    /// <summary>Somebody signed up with an address that has an account.</summary>
    public const string AccountExists = "account-exists";
}

internal sealed class MailConfiguration : IEntityTypeConfiguration<Mail>
{
    public void Configure(EntityTypeBuilder<Mail> builder)
    {
        builder.ToTable("mails");
        builder.HasKey(m => m.Id);
        builder.Property(m => m.Kind).HasMaxLength(40);
        builder.Property(m => m.Email).HasMaxLength(254);
        builder.Property(m => m.ReturnTo).HasMaxLength(2000);
        builder.Property(m => m.About).HasMaxLength(400);
        builder.Property(m => m.LastError).HasMaxLength(2000);
        builder.HasIndex(m => m.DueAt).HasFilter("failed_at is null").HasDatabaseName("ix_mails_due");
    }
}
