using Microsoft.EntityFrameworkCore;
using OnePlatform.Contracts;

namespace OnePlatform.Messaging.Tests;

/// <summary>The smallest service there is: it keeps notes and tells of them.</summary>
internal sealed class NotesDb(DbContextOptions<NotesDb> options) : DbContext(options)
{
    public DbSet<Note> Notes => Set<Note>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddOutboxAndInbox();
        modelBuilder.Entity<Note>().HasIndex(n => n.Text).IsUnique();
        modelBuilder.Entity<Effect>();
    }
}

internal sealed class Note
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Text { get; init; }
}

/// <summary>What a handler did because of a note.</summary>
internal sealed class Effect
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid NoteId { get; init; }
}

public sealed record NoteTaken(Guid EventId, DateTimeOffset OccurredAt, Guid NoteId) : IIntegrationEvent
{
    public static NoteTaken Of(Guid note) => new(Guid.CreateVersion7(), TimeProvider.System.GetUtcNow(), note);
}
