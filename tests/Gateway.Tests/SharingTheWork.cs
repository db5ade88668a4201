using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OnePlatform.Testing;
using Xunit;
using Yarp.ReverseProxy;

namespace OnePlatform.Gateway.Tests;

/// <summary>Several instances of a service, and of the gateway, that come and go.</summary>
public sealed class SharingTheWork(GatewayHost host) : IClassFixture<GatewayHost>
{
    [Fact]
    public async Task While_one_of_two_instances_is_gone_no_client_notices_and_soon_nobody_asks_it()
    {
        var gateway = await host.AddGatewayAsync(settings: [("services:ontology:http:1", GatewayHost.NobodyListens)]);
        var (client, key) = (gateway.CreateClient(), host.Platform.MakeKey());
        Assert.True(gateway.Services.GetRequiredService<IProxyStateLookup>().TryGetCluster("ontology", out var ontology));
        Assert.Equal(2, ontology.DestinationsState.AllDestinations.Count);
        await Eventually.TrueAsync(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/things") { Content = new StringContent("{\"name\":\"whole\"}") };
            request.Headers.Add("X-API-Key", key);
            using var response = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(16, (await GatewayHost.JsonAsync(response))["length"]!.GetValue<int>());
            return ontology.DestinationsState.AvailableDestinations.Count == 1;
        });
    }

    [Fact]
    public async Task Both_of_two_instances_get_requests()
    {
        await using var second = await StubPlatform.StartAsync();
        var (path, here, there) = ($"/api/things/{Guid.NewGuid()}", 0, 0);
        host.Platform.Answer(path, context => Counted(context, ref here));
        second.Answer(path, context => Counted(context, ref there));
        var client = (await host.AddGatewayAsync(settings: [("services:ontology:http:1", second.Address)])).CreateClient();
        var key = host.Platform.MakeKey();
        await Eventually.TrueAsync(async () =>
        {
            using var response = await GatewayHost.SendAsync(client, HttpMethod.Get, path, ("X-API-Key", key));
            return Volatile.Read(ref here) > 0 && Volatile.Read(ref there) > 0;
        });
    }

    [Fact]
    public async Task A_gateway_that_is_told_to_end_first_finishes_what_it_has_begun()
    {
        var (path, asked, mayAnswer) = ($"/api/things/{Guid.NewGuid()}", new TaskCompletionSource(), new TaskCompletionSource());
        host.Platform.Answer(path, async context =>
        {
            asked.TrySetResult();
            await mayAnswer.Task;
            await context.Response.WriteAsync("{}");
        });
        var gateway = await host.AddGatewayAsync();
        var address = gateway.Listen();
        using var client = new HttpClient { BaseAddress = address };
        var answer = GatewayHost.SendAsync(client, HttpMethod.Get, path, ("X-API-Key", host.Platform.MakeKey()));
        await asked.Task;

        var ending = gateway.Services.GetRequiredService<IHost>().StopAsync();
        using var late = new HttpClient { BaseAddress = address };
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                using var refused = await late.GetAsync(new Uri("/health/live", UriKind.Relative));
                return false;
            }
            catch (HttpRequestException)
            {
                return true;
            }
        });
        Assert.False(ending.IsCompleted);
        mayAnswer.SetResult();
        using var response = await answer;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await ending;
    }

    private static Task Counted(HttpContext context, ref int count)
    {
        Interlocked.Increment(ref count);
        return context.Response.WriteAsync("{}");
    }
}
