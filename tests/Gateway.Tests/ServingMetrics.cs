using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Gateway.Tests;

public sealed class ServingMetrics
{
    [Fact]
    public async Task Metrics_are_on_their_own_listener_and_nothing_else_is()
    {
        var (outside, inside) = (FreePort.Find(), FreePort.Find());
        var builder = WebApplication.CreateBuilder(["--urls", $"http://127.0.0.1:{outside}", "--Metrics:Port", $"{inside}"]);
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        await using var app = builder.Build();
        app.UseServiceDefaults();
        app.MapGet("/api/x", () => Results.Ok());
        await app.StartAsync();

        using var client = new HttpClient();
        Task<HttpResponseMessage> GetAsync(int port, string path) => client.GetAsync(new Uri($"http://127.0.0.1:{port}{path}"));
        using var business = await GetAsync(outside, "/api/x");
        using var metrics = await GetAsync(inside, "/metrics");
        using var metricsOutside = await GetAsync(outside, "/metrics");
        using var businessInside = await GetAsync(inside, "/api/x");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (business.StatusCode, metrics.StatusCode));
        Assert.Contains("http_server_request_duration", await metrics.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (metricsOutside.StatusCode, businessInside.StatusCode));

        // Who is asked is told by the port that was reached, not by what the client says.
        using var lying = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://127.0.0.1:{outside}/metrics")) { Headers = { Host = $"127.0.0.1:{inside}" } };
        using var refused = await client.SendAsync(lying);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
    }
}
