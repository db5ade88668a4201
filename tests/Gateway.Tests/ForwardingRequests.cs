using System.Net;
using System.Net.Sockets;
using System.Text;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Gateway.Tests;

public sealed class ForwardingRequests(GatewayHost host) : IClassFixture<GatewayHost>
{
    [Theory]
    [InlineData("X-Real-IP")]
    [InlineData("Forwarded")]
    [InlineData("X-User-Id")]
    [InlineData("x-internal-caller")]
    [InlineData("X-Group-Id")]
    [InlineData("X-Original-Url")]
    [InlineData("X-HTTP-Method-Override")]
    [InlineData("CF-Connecting-IP")]
    [InlineData("Via")]
    public async Task A_service_never_sees_what_a_client_may_not_say(string header)
    {
        var value = header == "X-Group-Id" ? Guid.NewGuid().ToString() : "1.0 lies";
        using var response = await host.SendAsync(HttpMethod.Get, "/api/things", ("X-API-Key", host.Platform.MakeKey()), (header, value));
        var echo = await GatewayHost.JsonAsync(response);
        Assert.Null(echo["headers"]![header.ToLowerInvariant()]);
    }

    [Fact]
    public async Task Where_a_request_comes_from_is_the_gateways_own_word()
    {
        using var response = await host.SendAsync(
            HttpMethod.Get, "/api/things", ("X-API-Key", host.Platform.MakeKey()), ("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Host", "evil.example"));
        var headers = (await GatewayHost.JsonAsync(response))["headers"]!;
        Assert.DoesNotContain("6.6.6.6", headers["x-forwarded-for"]?.GetValue<string>() ?? "", StringComparison.Ordinal);
        Assert.Equal("localhost", headers["x-forwarded-host"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_header_in_any_script_reaches_the_service_and_does_not_count_against_it()
    {
        const string name = "Grüße, Ωμέγα ✓";
        for (var i = 0; i < 5; i++)
        {
            using var response = await host.SendAsync(HttpMethod.Get, "/api/things", ("X-API-Key", host.Platform.MakeKey()), ("X-Request-Name", name), ("User-Agent", name));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var headers = (await GatewayHost.JsonAsync(response))["headers"]!;
            Assert.Equal((name, name), (headers["x-request-name"]!.GetValue<string>(), headers["user-agent"]!.GetValue<string>()));
        }
    }

    [Fact]
    public async Task A_small_body_reaches_the_service_together_with_its_headers()
    {
        const string Body = "{\"name\":\"whole\"}";
        using var service = new TcpListener(IPAddress.Loopback, 0);
        service.Start();
        using var client = (await host.AddGatewayAsync(settings: [("services:ontology:http:0", $"http://{service.LocalEndpoint}")])).CreateClient();
        var (key, received) = (host.Platform.MakeKey(), new byte[16 * 1024]);
        var answer = PostAsync();
        using var connection = await service.AcceptTcpClientAsync().WaitAsync(Eventually.Deadline);
        var stream = connection.GetStream();
        var first = stream.ReadAsync(received).AsTask();
        // Two that are sent at nearly the same time may be read as one; not so many times in a row.
        for (var i = 0; i < 100; i++)
        {
            Assert.EndsWith($"\r\n\r\n{Body}", Encoding.ASCII.GetString(received, 0, await first.WaitAsync(Eventually.Deadline)), StringComparison.Ordinal);
            first = stream.ReadAsync(received).AsTask();
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"u8.ToArray());
            Assert.Equal(HttpStatusCode.OK, await answer.WaitAsync(Eventually.Deadline));
            answer = PostAsync();
        }

        async Task<HttpStatusCode> PostAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/things") { Content = new StringContent(Body) };
            request.Headers.Add("X-API-Key", key);
            using var response = await client.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Cookies_reach_the_sign_in_routes_without_being_judged()
    {
        using var response = await host.SendAsync(HttpMethod.Post, "/api/auth/signin", ("Cookie", "better-auth.session_token=ended"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("ended", (await GatewayHost.JsonAsync(response))["headers"]!["cookie"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/internal/token-exchange")]
    [InlineData("/api/nothing")]
    public async Task A_path_nobody_answers_is_401_without_and_404_with_a_credential(string path)
    {
        using var without = await host.SendAsync(HttpMethod.Get, path);
        using var with = await host.SendAsync(HttpMethod.Get, path, ("X-API-Key", host.Platform.MakeKey()));
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.NotFound), (without.StatusCode, with.StatusCode));
        Assert.Equal("not_found", (await GatewayHost.JsonAsync(with))["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_service_that_is_down_is_a_503_problem_that_says_when_to_come_back()
    {
        using var response = await host.SendAsync(HttpMethod.Get, "/api/knowledge", ("X-API-Key", host.Platform.MakeKey()));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal("service_unavailable", (await GatewayHost.JsonAsync(response))["code"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("/api/things/broken", HttpStatusCode.ServiceUnavailable, "service_unavailable")]
    [InlineData("/api/things/bug", HttpStatusCode.InternalServerError, null)]
    public async Task Only_a_services_own_problems_pass(string path, HttpStatusCode status, string? code)
    {
        using var response = await host.SendAsync(HttpMethod.Get, path, ("X-API-Key", host.Platform.MakeKey()));
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(code, (await GatewayHost.JsonAsync(response))["code"]?.GetValue<string>());
    }

    [Theory]
    [InlineData("/api/things", 1_100_000, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("/api/things/bulk", 1_100_000, HttpStatusCode.OK)]
    [InlineData("/api/things/import", 30_000_000, HttpStatusCode.OK)]
    public async Task A_body_may_be_as_large_as_its_route_takes(string path, int size, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(new byte[size]) };
        request.Headers.Add("X-API-Key", host.Platform.MakeKey());
        using var response = await host.Client.SendAsync(request);
        Assert.Equal(status, response.StatusCode);
        if (status == HttpStatusCode.RequestEntityTooLarge)
        {
            Assert.Equal("content_too_large", (await GatewayHost.JsonAsync(response))["code"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task Every_answer_carries_the_headers_that_protect_it()
    {
        using var response = await host.SendAsync(HttpMethod.Get, "/api/things", ("X-API-Key", host.Platform.MakeKey()));
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("DENY", response.Headers.GetValues("X-Frame-Options").Single());
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.True(response.Headers.Contains("X-Request-Id"));
    }

    [Fact]
    public async Task An_origin_of_the_group_may_read_its_answers_and_no_other()
    {
        var key = host.Platform.MakeKey(origin: "https://shop.example");
        using var allowed = await host.SendAsync(HttpMethod.Get, "/api/things", ("X-API-Key", key), ("Origin", "https://shop.example"));
        using var other = await host.SendAsync(HttpMethod.Get, "/api/things", ("X-API-Key", key), ("Origin", "https://evil.example"));
        Assert.Equal("https://shop.example", allowed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_preflight_is_answered_without_a_service()
    {
        using var response = await host.SendAsync(
            HttpMethod.Options, "/api/knowledge", ("Origin", "http://localhost:3000"), ("Access-Control-Request-Method", "POST"));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("http://localhost:3000", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("X-API-Key", response.Headers.GetValues("Access-Control-Allow-Headers").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_another_origin_may_not_use_the_session_cookie()
    {
        using var response = await host.SendAsync(
            HttpMethod.Post, "/api/things", ("Cookie", "better-auth.session_token=abc"), ("Origin", "https://evil.example"));
        Assert.Equal("origin_not_allowed", (await GatewayHost.JsonAsync(response))["code"]!.GetValue<string>());
    }
}
