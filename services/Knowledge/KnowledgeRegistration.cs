using Microsoft.Extensions.Options;
using OnePlatform.Knowledge.Chats;
using OnePlatform.Knowledge.Chunking;
using OnePlatform.Knowledge.Data;
using OnePlatform.Knowledge.Documents;
using OnePlatform.Knowledge.Embedding;
using OnePlatform.Knowledge.Extracting;
using OnePlatform.Knowledge.Generation;
using OnePlatform.Knowledge.Index;
using OnePlatform.Knowledge.Links;
using OnePlatform.Knowledge.Qdrant;
using OnePlatform.Knowledge.Quotas;
using OnePlatform.Knowledge.Reading;
using OnePlatform.Knowledge.Records;
using OnePlatform.Knowledge.Searching;
using OnePlatform.Knowledge.Things;
using OnePlatform.Tenancy;

namespace OnePlatform.Knowledge;

/// <summary>The features of the service.</summary>
internal static class KnowledgeRegistration
{
    public static void AddKnowledge(this IServiceCollection services, bool hasQdrant)
    {
        services.AddOptions<EmbeddingOptions>().BindConfiguration(EmbeddingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ChunkingOptions>().BindConfiguration(ChunkingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<IndexOptions>().BindConfiguration(IndexOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<IngestionOptions>().BindConfiguration(IngestionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ReadingLimits>().BindConfiguration(ReadingLimits.Section);
        services.AddSingleton(provider => EmbedderFactory.Create(provider.GetRequiredService<IOptions<EmbeddingOptions>>().Value));
        services.AddSingleton(provider => new Chunker(provider.GetRequiredService<IOptions<ChunkingOptions>>().Value));
        services.AddSingleton(provider => new DocumentReaders(provider.GetRequiredService<IOptions<ReadingLimits>>().Value));
        services.AddSingleton<Embedder>().AddExceptionHandler<EmbeddingProblems>();
        services.AddOptions<ChatModelOptions>().BindConfiguration(ChatModelOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => AnswererFactory.CreateModel(provider.GetRequiredService<IOptions<ChatModelOptions>>().Value));
        services.AddSingleton(provider => AnswererFactory.Create(
            provider.GetRequiredService<ChatModel>(), provider.GetRequiredService<IOptions<ChatModelOptions>>()));
        services.AddSingleton<GroupIndexes>();
        services.AddScoped<IndexReader>().AddScoped<RecordWriter>();
        services.AddScoped<RecordStore>().AddScoped<RecordList>();
        services.AddScoped<DocumentStore>().AddScoped<DocumentChunks>().AddScoped<JobStore>().AddScoped<Ingestion>();
        services.AddSingleton<IngestionMetrics>().AddSingleton<AnswerMetrics>();
        services.AddHostedService<ResumeJobs>();
        services.AddScoped<SearchRows>().AddScoped<KnowledgeSearch>();
        if (hasQdrant)
        {
            services.AddSingleton<QdrantCollections>().AddSingleton<QdrantFeed>();
            services.AddScoped<ISearchIndex, QdrantIndex>().AddHostedService<FollowIndex>();
        }
        else
        {
            services.AddSingleton<RankingQueue>().AddHostedService(provider => provider.GetRequiredService<RankingQueue>());
            services.AddScoped<ISearchIndex, BuiltInIndex>();
        }

        services.AddSingleton<GroupQuotas>().AddSingleton<KnowledgeRoom>().AddScoped<ModelBudget>();
        services.AddStorageMeter(new StorageMeter("knowledge", KnowledgeRoom.EveryGroup));
        services.AddScoped<ThingIndex>().AddScoped<LinkStore>();
        services.AddSingleton<ChatStreams>();
        services.AddScoped<ChatStore>();
        services.AddScoped<ActivityLog>().AddScoped<Answering>().AddScoped<StreamingAnswer>().AddScoped<Extraction>();
        services.AddSingleton<Reembedding>().AddHostedService(provider => provider.GetRequiredService<Reembedding>());
        services.AddHostedService<PruneIndex>();
        services.AddSingleton<ForgetWhatIsOver>().AddHostedService(provider => provider.GetRequiredService<ForgetWhatIsOver>());
    }
}
