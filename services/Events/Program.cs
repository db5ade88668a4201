using MassTransit;
using OnePlatform.Events.Checkpoints;
using OnePlatform.Events.Data;
using OnePlatform.Events.Delivery;
using OnePlatform.Events.Exporting;
using OnePlatform.Events.Reading;
using OnePlatform.Events.Recording;
using OnePlatform.Events.Retention;
using OnePlatform.Events.Sequencing;
using OnePlatform.Events.Streaming;
using OnePlatform.Events.Webhooks;
using OnePlatform.Messaging;
using OnePlatform.Querying;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddCallerAuthentication();
builder.AddTenantDatabase<EventsDb>("eventsdb");
// Before the bus, so that they are stopped after it: what it still delivers is still recorded.
builder.AddSequencing();
builder.AddRecording();
builder.AddMessaging<EventsDb>("events", bus =>
{
    bus.AddConsumer<KeepGroupTree<EventsDb>>();
    bus.AddConsumer<RecordLines, RecordLinesDefinition>();
});
builder.AddApiDescription();
builder.Services.AddQuerying();
builder.Services.AddRequestOrigin();
builder.Services.AddValidation();
builder.AddReading();
builder.AddStreaming();
builder.AddRetention();
builder.AddCheckpoints();
builder.AddWebhooks();

var app = builder.Build();
if (await app.MigrateAsync<EventsDb>(args))
{
    return;
}

app.UseServiceDefaults();
app.UseCaller();
app.MapOpenApi().AllowAnonymous();
app.MapEvents();
app.MapEventViews();
app.MapCustomEvents();
app.MapRedrive();
app.MapEventStream();
app.MapEventExport();
app.MapRetention();
app.MapCheckpoints();
app.MapWebhooks();
app.MapDeliveries();
app.Run();

public partial class Program;
