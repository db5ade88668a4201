using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace OnePlatform.Gateway.Tests;

/// <summary>Over a real connection: what only Kestrel does is not seen in memory.</summary>
public sealed class PassingStreams(GatewayHost host) : IClassFixture<GatewayHost>
{
    [Fact]
    public async Task An_event_of_a_stream_arrives_when_it_is_sent_and_not_at_the_end()
    {
        var (path, mayEnd) = ($"/api/events/{Guid.NewGuid()}", new TaskCompletionSource());
        host.Platform.Answer(path, async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: one\n\n");
            await context.Response.Body.FlushAsync();
            await mayEnd.Task;
            await context.Response.WriteAsync("data: two\n\n");
        });
        using var client = new HttpClient { BaseAddress = await host.AddListeningGatewayAsync() };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-API-Key", host.Platform.MakeKey());
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("data: one", await reader.ReadLineAsync());
        mayEnd.SetResult();
        Assert.Contains("data: two", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_request_of_the_service()
    {
        var (path, asked, ended) = ($"/api/events/{Guid.NewGuid()}", new TaskCompletionSource(), new TaskCompletionSource());
        host.Platform.Answer(path, async context =>
        {
            context.RequestAborted.Register(() => ended.TrySetResult());
            asked.TrySetResult();
            await ended.Task;
        });
        using var client = new HttpClient { BaseAddress = await host.AddListeningGatewayAsync() };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-API-Key", host.Platform.MakeKey());
        using var leaving = new CancellationTokenSource();
        var answer = client.SendAsync(request, leaving.Token);
        await asked.Task;
        await leaving.CancelAsync();
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }

    [Fact]
    public async Task A_web_socket_passes_both_ways()
    {
        var path = $"/api/events/{Guid.NewGuid()}";
        host.Platform.Answer(path, async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[64];
            var received = await socket.ReceiveAsync(buffer, context.RequestAborted);
            await socket.SendAsync(buffer.AsMemory(0, received.Count), WebSocketMessageType.Text, true, context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        });
        var gateway = await host.AddListeningGatewayAsync();
        using var client = new ClientWebSocket();
        client.Options.SetRequestHeader("X-API-Key", host.Platform.MakeKey());
        await client.ConnectAsync(new UriBuilder(gateway) { Scheme = "ws", Path = path }.Uri, CancellationToken.None);
        await client.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        var answer = new byte[64];
        var length = (await client.ReceiveAsync(answer, CancellationToken.None)).Count;
        Assert.Equal("hello", Encoding.UTF8.GetString(answer, 0, length));
    }

    [Fact]
    public async Task A_service_that_stays_silent_is_504()
    {
        var (path, end) = ($"/api/events/{Guid.NewGuid()}", new TaskCompletionSource());
        host.Platform.Answer(path, _ => end.Task);
        var client = (await host.AddGatewayAsync(silence: TimeSpan.FromMilliseconds(300))).CreateClient();
        using var response = await GatewayHost.SendAsync(client, HttpMethod.Get, path, ("X-API-Key", host.Platform.MakeKey()));
        end.SetResult();
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("gateway_timeout", (await GatewayHost.JsonAsync(response))["code"]!.GetValue<string>());
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_body_without_a_stated_length_is_held_to_the_limit_too()
    {
        using var client = new HttpClient { BaseAddress = await host.AddListeningGatewayAsync() };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/things") { Content = new StreamContent(new Endless(2_000_000)) };
        request.Headers.TransferEncodingChunked = true;
        request.Headers.Add("X-API-Key", host.Platform.MakeKey());
        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("content_too_large", (await GatewayHost.JsonAsync(response))["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Headers_beyond_32_KiB_are_431()
    {
        var gateway = await host.AddListeningGatewayAsync();
        using var connection = new TcpClient();
        await connection.ConnectAsync(gateway.Host, gateway.Port);
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /api/things HTTP/1.1\r\nHost: x\r\nX-Long: {new string('a', 40_000)}\r\n\r\n"));
        using var reader = new StreamReader(connection.GetStream());
        Assert.StartsWith("HTTP/1.1 431", await reader.ReadLineAsync(), StringComparison.Ordinal);
    }

    private sealed class Endless(long size) : MemoryStream(new byte[size])
    {
        public override bool CanSeek => false;
    }
}
