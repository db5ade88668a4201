using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Connections;
using OnePlatform.Ontology.Groups;
using OnePlatform.Ontology.People;
using OnePlatform.Ontology.People.Invitations;
using OnePlatform.Ontology.People.JoinRequests;
using OnePlatform.Ontology.Things;
using OnePlatform.Ontology.Types.Custom;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.Data;

internal sealed class OntologyDb(DbContextOptions<OntologyDb> options) : TenantDb(options)
{
    public DbSet<Group> Groups => Set<Group>();

    public DbSet<Membership> Memberships => Set<Membership>();

    public DbSet<Invitation> Invitations => Set<Invitation>();

    public DbSet<JoinRequest> JoinRequests => Set<JoinRequest>();

    public DbSet<KnownUser> Users => Set<KnownUser>();

    public DbSet<Thing> Things => Set<Thing>();

    public DbSet<Connection> Connections => Set<Connection>();

    public DbSet<MeasuredUsage> MeasuredUsage => Set<MeasuredUsage>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        // Indexes of a group id together with a document or a text vector need the operators of plain types in GIN.
        modelBuilder.HasPostgresExtension("btree_gin");
        modelBuilder.AddOutboxAndInbox();
        modelBuilder.ApplyConfiguration(new GroupConfiguration());
        modelBuilder.ApplyConfiguration(new MembershipConfiguration());
        modelBuilder.ApplyConfiguration(new InvitationConfiguration());
        modelBuilder.ApplyConfiguration(new JoinRequestConfiguration());
        modelBuilder.ApplyConfiguration(new KnownUserConfiguration());
        modelBuilder.ApplyConfiguration(new ThingConfiguration());
        modelBuilder.ApplyConfiguration(new ThingRevisionConfiguration());
        modelBuilder.ApplyConfiguration(new ConnectionConfiguration());
        modelBuilder.ApplyConfiguration(new CustomTypeConfiguration());
        modelBuilder.ApplyConfiguration(new MeasuredUsageConfiguration());
    }
}

/// <summary>For <c>dotnet ef</c>, which needs the model but no database.</summary>
internal sealed class OntologyDbDesign : IDesignTimeDbContextFactory<OntologyDb>
{
    public OntologyDb CreateDbContext(string[] args) => new(
        new DbContextOptionsBuilder<OntologyDb>().UseNpgsql("Host=design").UseSnakeCaseNamingConvention().Options);
}
