using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Identity.Linked;

/// <summary>A person's account at a provider. Its tokens are used once, to learn who it is, and stored nowhere.</summary>
internal sealed class LinkedAccount
{
    /// <summary>What a password is called in the list of ways in.</summary>
    public const string Password = "credential";

    public const int LongestSubject = 255;

    public const string SubjectIsUnique = "pk_linked_accounts";
    public const string OnePerProvider = "ix_linked_accounts_user_id_provider";

    public required string Provider { get; init; }

    /// <summary>The person's id there.</summary>
    public required string Subject { get; init; }

    public required Guid UserId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class LinkedAccountConfiguration : IEntityTypeConfiguration<LinkedAccount>
{
    public void Configure(EntityTypeBuilder<LinkedAccount> builder)
    {
        builder.ToTable("linked_accounts");
        builder.HasKey(l => new { l.Provider, l.Subject }).HasName(LinkedAccount.SubjectIsUnique);
        builder.Property(l => l.Provider).HasMaxLength(16);
        builder.Property(l => l.Subject).HasMaxLength(LinkedAccount.LongestSubject);
        builder.HasIndex(l => new { l.UserId, l.Provider }).IsUnique().HasDatabaseName(LinkedAccount.OnePerProvider);
        builder.HasOne<Accounts.User>().WithMany().HasForeignKey(l => l.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
