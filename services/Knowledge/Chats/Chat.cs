using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Knowledge.Chats;

/// <summary>A conversation, its messages as the client knows them. Its id is the client's, unique within the group.</summary>
internal sealed class Chat
{
    public const string Table = "chats";

    public required Guid GroupId { get; init; }

    public required string Id { get; init; }

    /// <summary>Whoever began it; nobody else reads it.</summary>
    public required Guid CreatedBy { get; init; }

    /// <summary>A JSON array of UI messages.</summary>
    public required string Messages { get; init; }

    public long Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

internal sealed class ChatConfiguration : IEntityTypeConfiguration<Chat>
{
    public void Configure(EntityTypeBuilder<Chat> builder)
    {
        builder.ToTable(Chat.Table);
        builder.HasKey(c => new { c.GroupId, c.Id });
        builder.Property(c => c.Id).HasMaxLength(100);
        builder.Property(c => c.Messages).HasColumnType("jsonb");
    }
}
