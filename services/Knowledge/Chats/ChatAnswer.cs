using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Knowledge.Chats;

/// <summary>The answer of a chat that is being written, or was last: what a client needs to come back to it, at whichever instance.</summary>
internal sealed class ChatAnswer
{
    public const string Table = "chat_answers";

    public required Guid GroupId { get; init; }

    public required string ChatId { get; init; }

    /// <summary>This answer, as against the ones before it.</summary>
    public required Guid Id { get; init; }

    public required Guid CreatedBy { get; init; }

    /// <summary>Somebody asked that it end.</summary>
    public bool Stopped { get; init; }

    public bool Whole { get; init; }

    /// <summary>When its writer last gave a sign of life.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>Some lines of an answer, as they were sent.</summary>
internal sealed class ChatAnswerLine
{
    public const string Table = "chat_answer_lines";

    public required Guid AnswerId { get; init; }

    public int Sequence { get; init; }

    public required Guid GroupId { get; init; }

    public required string Text { get; init; }
}

internal sealed class ChatAnswerConfiguration : IEntityTypeConfiguration<ChatAnswer>, IEntityTypeConfiguration<ChatAnswerLine>
{
    public void Configure(EntityTypeBuilder<ChatAnswer> builder)
    {
        builder.ToTable(ChatAnswer.Table);
        builder.HasKey(a => new { a.GroupId, a.ChatId });
        builder.HasAlternateKey(a => a.Id);
        builder.Property(a => a.ChatId).HasMaxLength(100);
    }

    public void Configure(EntityTypeBuilder<ChatAnswerLine> builder)
    {
        builder.ToTable(ChatAnswerLine.Table);
        builder.HasKey(l => new { l.AnswerId, l.Sequence });
        builder.HasOne<ChatAnswer>().WithMany().HasForeignKey(l => l.AnswerId).HasPrincipalKey(a => a.Id).OnDelete(DeleteBehavior.Cascade);
    }
}
