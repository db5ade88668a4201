using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Migrations;
using OnePlatform.Ontology.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Tenancy;

/// <summary>A group as a service other than Ontology knows it: a copy that follows by event.</summary>
public sealed class GroupNode
{
    public const string Table = "group_tree";

    public required Guid Id { get; init; }

    public Guid? ParentId { get; set; }

    /// <summary>Ids from the root to the group itself.</summary>
    public required Guid[] Path { get; set; }

    /// <summary><see cref="Path"/> as text that sorts a group before its descendants, so that a sub-tree is a range of the index.</summary>
    public required string PathKey { get; set; }

    public required string Slug { get; set; }

    public required string Name { get; set; }

    public required string Status { get; set; }

    public required string Plan { get; set; }

    public bool AllowParentAccess { get; set; }

    public required GroupSecurity Security { get; set; }

    public required GroupLimits Limits { get; set; }

    public string[] CorsOrigins { get; set; } = [];

    /// <summary>Whether changes of the group's objects name the version they are of.</summary>
    public bool RequireIfMatch { get; set; }

    public long Version { get; set; }

    public bool IsActive => Status == "active";

    public static string KeyOf(IEnumerable<Guid> path) => string.Join('/', path.Select(id => id.ToString("N")));
}

public sealed class GroupNodeConfiguration : IEntityTypeConfiguration<GroupNode>
{
    public void Configure(EntityTypeBuilder<GroupNode> builder)
    {
        builder.ToTable(GroupNode.Table);
        builder.HasKey(g => g.Id);
        builder.Property(g => g.PathKey).UseCollation("C");
        builder.HasIndex(g => g.PathKey);
        builder.OwnsOne(g => g.Security, s => s.ToJson("security"));
        builder.OwnsOne(g => g.Limits, l => l.ToJson("limits"));
        builder.Ignore(g => g.IsActive);
    }
}

public static class GroupTreeMigration
{
    /// <summary>A request sees the sub-trees of the groups it acts in; only the platform's own work writes.</summary>
    public static void ProtectGroupTree(this MigrationBuilder migration) => migration.ProtectBy(
        GroupNode.Table, "(select app_is_system()) or path && (select app_groups())");
}
