using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using OnePlatform.Knowledge.Chats;
using OnePlatform.Knowledge.Documents;
using OnePlatform.Knowledge.Index;
using OnePlatform.Knowledge.Links;
using OnePlatform.Knowledge.Qdrant;
using OnePlatform.Knowledge.Quotas;
using OnePlatform.Knowledge.Records;
using OnePlatform.Knowledge.Things;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Knowledge.Data;

internal sealed class KnowledgeDb(DbContextOptions<KnowledgeDb> options) : TenantDb(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddOutboxAndInbox();
        modelBuilder.ApplyConfiguration(new GroupNodeConfiguration());
        modelBuilder.ApplyConfiguration(new KnowledgeRecordConfiguration());
        modelBuilder.ApplyConfiguration<IndexEntry>(new IndexConfiguration());
        modelBuilder.ApplyConfiguration<IndexState>(new IndexConfiguration());
        modelBuilder.ApplyConfiguration(new IngestionJobConfiguration());
        modelBuilder.ApplyConfiguration(new ThingStateConfiguration());
        modelBuilder.ApplyConfiguration(new ThingLinkConfiguration());
        modelBuilder.ApplyConfiguration(new ChatConfiguration());
        modelBuilder.ApplyConfiguration<ChatAnswer>(new ChatAnswerConfiguration());
        modelBuilder.ApplyConfiguration<ChatAnswerLine>(new ChatAnswerConfiguration());
        modelBuilder.ApplyConfiguration(new QdrantStateConfiguration());
        modelBuilder.ApplyConfiguration(new ModelUsageConfiguration());
    }
}

/// <summary>For <c>dotnet ef</c>, which needs the model but no database.</summary>
internal sealed class KnowledgeDbDesign : IDesignTimeDbContextFactory<KnowledgeDb>
{
    public KnowledgeDb CreateDbContext(string[] args) => new(
        new DbContextOptionsBuilder<KnowledgeDb>().UseNpgsql("Host=design").UseSnakeCaseNamingConvention().Options);
}
