using OnePlatform.Knowledge;
using OnePlatform.Knowledge.Chats;
using OnePlatform.Knowledge.Data;
using OnePlatform.Knowledge.Documents;
using OnePlatform.Knowledge.Embedding;
using OnePlatform.Knowledge.Extracting;
using OnePlatform.Knowledge.Generation;
using OnePlatform.Knowledge.Links;
using OnePlatform.Knowledge.Mcp;
using OnePlatform.Knowledge.Reactions;
using OnePlatform.Knowledge.Records;
using OnePlatform.Knowledge.Searching;
using OnePlatform.Knowledge.Things;
using OnePlatform.Messaging;
using OnePlatform.Querying;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddCallerAuthentication();
builder.AddTenantDatabase<KnowledgeDb>("knowledgedb");
// Before the bus, so that they are stopped after it: what is still delivered is still indexed.
builder.Services.AddSingleton<ThingIntake>().AddHostedService(services => services.GetRequiredService<ThingIntake>());
builder.Services.AddSingleton<ChunkIntake>().AddHostedService(services => services.GetRequiredService<ChunkIntake>());
builder.AddMessaging<KnowledgeDb>("knowledge", bus =>
{
    bus.AddConsumer<KeepGroupTree<KnowledgeDb>>();
    bus.AddConsumer<IndexThings>();
    bus.AddConsumer<IngestDocument>();
    bus.AddConsumer<ForgetChats>();
});
builder.AddApiDescription();
builder.Services.AddQuerying();
builder.Services.AddRequestOrigin();
builder.Services.AddValidation();
builder.Services.AddKnowledge(hasQdrant: builder.AddQdrantClient());
builder.Services.AddMcp();

var app = builder.Build();
if (await app.MigrateAsync<KnowledgeDb>(args))
{
    return;
}

app.UseServiceDefaults();
app.UseCaller();
app.MapOpenApi().AllowAnonymous();
app.MapRecords();
app.MapDocuments();
app.MapSearch();
app.MapLinks();
app.MapEmbed();
app.MapAi();
app.MapExtract();
app.MapChats();
app.MapMcpTools();
app.Run();
