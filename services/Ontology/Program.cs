using OnePlatform.Messaging;
using OnePlatform.Ontology.Batches;
using OnePlatform.Ontology.Connections;
using OnePlatform.Ontology.Contact;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Groups;
using OnePlatform.Ontology.Onboarding;
using OnePlatform.Ontology.People;
using OnePlatform.Ontology.Reactions;
using OnePlatform.Ontology.Things;
using OnePlatform.Ontology.Types;
using OnePlatform.Querying;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddCallerAuthentication();
builder.AddTenantDatabase<OntologyDb>("ontologydb");
builder.AddMessaging<OntologyDb>("ontology", bus =>
{
    bus.AddConsumer<WelcomeUser>();
    bus.AddConsumer<KeepUsers>();
    bus.AddConsumer<KeepMailedLinks>();
    bus.AddConsumer<ForgetTypes>().OnEveryInstance();
    bus.AddConsumer<KeepMeasuredUsage<OntologyDb>>();
});
builder.AddApiDescription();
builder.Services.AddValidation();
builder.Services.AddRequestOrigin();
builder.Services.AddQuerying();
builder.Services.AddTypes();
builder.Services.AddScoped<ListReader>();
builder.Services.AddGroups();
builder.Services.AddStorageMeter(new StorageMeter("ontology", ThingSizes.EveryGroup));
builder.Services.AddPeople();
builder.Services.AddThings();
builder.Services.AddThingConnections();
builder.Services.AddBatch();
builder.Services.AddContact();
builder.Services.AddOnboarding();

var app = builder.Build();
if (await app.MigrateAsync<OntologyDb>(args))
{
    return;
}

app.UseServiceDefaults();
app.UseCaller();
app.MapOpenApi().AllowAnonymous();
app.MapTypes();
app.MapGroups();
app.MapPeople();
app.MapThings();
app.MapConnections();
app.MapBatch();
app.MapContact();
app.MapOnboarding();
app.Run();
