using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OnePlatform.Ontology.Contracts;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.Groups;

internal sealed class Group
{
    public const string SlugIsUnique = "ix_groups_slug";
    public const string Active = "active";
    public const string Archived = "archived";

    public required Guid Id { get; init; }

    public Guid? ParentId { get; private set; }

    /// <summary>Ids from the root to the group itself.</summary>
    public Guid[] Path { get; private set; } = [];

    /// <summary><see cref="Path"/> as text; a sub-tree is a range of its index.</summary>
    public string PathKey { get; private set; } = "";

    public required string Slug { get; set; }

    public required string Name { get; set; }

    public required string Type { get; init; }

    public string? Description { get; set; }

    public required string Plan { get; set; }

    public required GroupSettings Settings { get; set; }

    /// <summary>A JSON object.</summary>
    public required string Metadata { get; set; }

    public string Status { get; private set; } = Active;

    public long Version { get; private set; } = 1;

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public DateTimeOffset? ArchivedAt { get; private set; }

    public bool IsActive => Status == Active;

    /// <summary>Puts a new group in its place in the tree.</summary>
    public Group Below(Group? parent)
    {
        ParentId = parent?.Id;
        Path = [.. parent?.Path ?? [], Id];
        PathKey = GroupNode.KeyOf(Path);
        UpdatedAt = CreatedAt;
        return this;
    }

    public void Changed(DateTimeOffset now) => (Version, UpdatedAt) = (Version + 1, now);

    public void Archive(DateTimeOffset now)
    {
        (Status, ArchivedAt) = (Archived, now);
        Changed(now);
    }

    public void Restore(DateTimeOffset now)
    {
        (Status, ArchivedAt) = (Active, null);
        Changed(now);
    }

    public void MoveBelow(Group? parent, DateTimeOffset now)
    {
        ParentId = parent?.Id;
        Path = [.. parent?.Path ?? [], Id];
        PathKey = GroupNode.KeyOf(Path);
        Changed(now);
    }

    /// <summary>Goes along with a group above that was moved.</summary>
    /// <param name="above">Where it lies now.</param>
    /// <param name="depth">How long its path was.</param>
    /// <param name="now">The moment of the move.</param>
    public void Follow(Group above, int depth, DateTimeOffset now)
    {
        Path = [.. above.Path, .. Path[depth..]];
        PathKey = GroupNode.KeyOf(Path);
        Changed(now);
    }

    public GroupSnapshot Snapshot() => new(
        Id, ParentId, Path, Slug, Name, Type, Status, Plan, Settings.AllowParentAccess ?? true,
        new GroupSecurity(Settings.RequireTwoFactor ?? false, Settings.RequireVerifiedEmail ?? false),
        GroupPlans.LimitsOf(this), Settings.CorsOrigins ?? [], Version, Settings.RequireIfMatch ?? false);
}

internal sealed class GroupConfiguration : IEntityTypeConfiguration<Group>
{
    private static readonly ValueComparer<GroupSettings> s_sameSettings = new(
        (one, other) => Write(one!) == Write(other!), settings => Write(settings).GetHashCode(StringComparison.Ordinal), settings => settings);

    public void Configure(EntityTypeBuilder<Group> builder)
    {
        builder.ToTable("groups");
        builder.HasKey(g => g.Id);
        builder.Property(g => g.Slug).HasMaxLength(30);
        builder.Property(g => g.Name).HasMaxLength(200);
        builder.Property(g => g.Type).HasMaxLength(20);
        builder.Property(g => g.Plan).HasMaxLength(20);
        builder.Property(g => g.Status).HasMaxLength(20);
        builder.Property(g => g.Description).HasMaxLength(2000);
        builder.Property(g => g.PathKey).UseCollation("C");
        builder.Property(g => g.Metadata).HasColumnType("jsonb");
        builder.Property(g => g.Settings).HasColumnType("jsonb").HasConversion(s => Write(s), json => Read(json), s_sameSettings);
        builder.Property(g => g.Version).IsConcurrencyToken();
        builder.Ignore(g => g.IsActive);
        builder.HasIndex(g => g.Slug).IsUnique().HasDatabaseName(Group.SlugIsUnique);
        builder.HasIndex(g => g.PathKey);
        builder.HasIndex(g => g.ParentId);
        builder.HasIndex(g => g.Path).HasMethod("gin");
        builder.HasOne<Group>().WithMany().HasForeignKey(g => g.ParentId).OnDelete(DeleteBehavior.Restrict);
    }

    private static string Write(GroupSettings settings) => JsonSerializer.Serialize(settings, ApiJson.Options);

    private static GroupSettings Read(string json) => JsonSerializer.Deserialize<GroupSettings>(json, ApiJson.Options)!;
}
