using OnePlatform.Gateway.Cors;
using OnePlatform.Gateway.Credentials;
using OnePlatform.Gateway.Documents;
using OnePlatform.Gateway.Idempotency;
using OnePlatform.Gateway.Limits;
using OnePlatform.Gateway.Proxy;
using OnePlatform.Gateway.Usage;
using OnePlatform.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRedis();
builder.AddCredentials();
builder.AddLimits();
builder.AddUsage();
builder.AddOrigins();
builder.Services.AddSingleton<KeptAnswers>();
builder.AddProxy();
builder.AddSecureTransport();
builder.AddDocuments();

var app = builder.Build();
app.UseMiddleware<AnswerHeaders>();
app.UseServiceDefaults();
app.UseSecureTransport();
app.UsePreflights();
app.UseDocumentCompression();
app.UseRouting();
app.UseWhen(context => !context.Request.Path.StartsWithSegments("/health"), gated =>
{
    gated.UseMiddleware<BodyLimits>();
    gated.UseMiddleware<CredentialGate>();
    gated.UseMiddleware<LimitGate>();
    gated.UseMiddleware<UsageGate>();
    gated.UseMiddleware<ScopeGate>();
    gated.UseMiddleware<IdempotencyGate>();
});
app.MapDocuments();
app.MapProxy();
app.Run();
