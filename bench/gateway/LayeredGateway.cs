using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OnePlatform.Gateway.Cors;
using OnePlatform.Gateway.Credentials;
using OnePlatform.Gateway.Documents;
using OnePlatform.Gateway.Idempotency;
using OnePlatform.Gateway.Limits;
using OnePlatform.Gateway.Proxy;
using OnePlatform.Gateway.Usage;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Bench.Gateway;

/// <summary>The gateway, put together as its Program does, but for one layer. Telemetry is switched by the environment, as in production.</summary>
internal static class LayeredGateway
{
    public static async Task<int> RunAsync(int port, string without, string identity)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = Path.GetFullPath("gateway"), EnvironmentName = "Development" });
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
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
        if (without == "logging")
        {
            builder.Logging.ClearProviders();
        }

        var app = builder.Build();
        app.UseMiddleware<AnswerHeaders>();
        app.UseServiceDefaults();
        app.UseSecureTransport();
        app.UsePreflights();
        app.UseDocumentCompression();
        app.UseRouting();
        app.UseMiddleware<BodyLimits>();
        if (without == "key")
        {
            var grant = await GrantOfAnyKeyAsync(app.Services, identity);
            app.Use((context, next) =>
            {
                RequestPass.Of(context).Grant = grant;
                ClientHeaders.Replace(context.Request.Headers, grant.Authorization, keepCookies: false);
                return next(context);
            });
        }
        else
        {
            app.UseMiddleware<CredentialGate>();
        }

        if (without != "limits")
        {
            app.UseMiddleware<LimitGate>();
        }

        if (without != "usage")
        {
            app.UseMiddleware<UsageGate>();
        }

        app.UseMiddleware<ScopeGate>();
        app.UseMiddleware<IdempotencyGate>();
        app.MapDocuments();
        app.MapProxy();
        await app.RunAsync();
        return 0;
    }

    private static async Task<Grant> GrantOfAnyKeyAsync(IServiceProvider services, string identity)
    {
        using var client = new HttpClient { BaseAddress = new Uri(identity) };
        using var response = await client.PostAsync(new Uri("/internal/token-exchange", UriKind.Relative), null);
        var answer = await response.Content.ReadFromJsonAsync<ExchangeAnswer>();
        return new Grant(answer!, TimeProvider.System.GetUtcNow(), services.GetRequiredService<IOptions<LimitOptions>>().Value, TimeProvider.System);
    }
}
