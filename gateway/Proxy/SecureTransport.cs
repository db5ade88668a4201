using Microsoft.AspNetCore.HttpsPolicy;
using Microsoft.Extensions.Options;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Gateway.Proxy;

/// <summary>Outside Development: browsers are told to come by HTTPS only, and who comes without is sent there.</summary>
internal static class SecureTransport
{
    private static readonly TimeSpan s_remembered = TimeSpan.FromDays(365);

    public static WebApplicationBuilder AddSecureTransport(this WebApplicationBuilder builder)
    {
        builder.Services.AddHsts(hsts => hsts.MaxAge = s_remembered);
        builder.Services.AddOptions<HttpsRedirectionOptions>().Configure<IOptions<PlatformOptions>, IOptions<ProxyOptions>>((https, platform, proxy) =>
        {
            // Behind a proxy that speaks HTTPS for the gateway, only that proxy's word tells the two apart; unheard, a redirect would never end.
            if (platform.Value.PublicUrl.Scheme == Uri.UriSchemeHttps && proxy.Value.TrustedProxies.Count > 0)
            {
                https.HttpsPort = platform.Value.PublicUrl.Port;
            }
        });
        return builder;
    }

    public static void UseSecureTransport(this WebApplication app)
    {
        if (app.Environment.IsDevelopment())
        {
            return;
        }

        app.UseHsts();
        // Probes come from within, by HTTP.
        app.UseWhen(context => !context.Request.Path.StartsWithSegments("/health"), outside => outside.UseHttpsRedirection());
    }
}
