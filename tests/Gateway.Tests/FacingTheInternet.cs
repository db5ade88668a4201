using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Gateway.Tests;

/// <summary>What stands between the gateway and whoever is out there: HTTPS, proxies in front, compression, slow clients.</summary>
public sealed class FacingTheInternet(GatewayHost host) : IClassFixture<GatewayHost>
{
    private const string Client = "203.0.113.7";
    private static readonly (string, string) s_trust = ("Proxy:TrustedProxies:0", "127.0.0.0/8");

    [Fact]
    public async Task Outside_Development_plain_HTTP_is_sent_to_HTTPS_which_browsers_are_told_to_remember()
    {
        using var gateway = (await host.AddGatewayAsync(settings: [s_trust, ("Platform:PublicUrl", "https://one.example")]))
            .WithWebHostBuilder(builder => builder.UseEnvironment("Production"));
        var server = gateway.Server;
        Task<HttpContext> AskAsync(string scheme, string path) => server.SendAsync(context =>
        {
            (context.Request.Method, context.Request.Host, context.Request.Path) = ("GET", new HostString("one.example"), path);
            context.Request.Headers["X-Forwarded-Proto"] = scheme;
            context.Request.Headers["X-Forwarded-For"] = Client;
        });

        var plain = (await AskAsync("http", "/api/things")).Response;
        var secure = (await AskAsync("https", "/api/things")).Response;
        var probe = (await AskAsync("http", "/health/live")).Response;
        Assert.Equal((307, "https://one.example/api/things"), (plain.StatusCode, plain.Headers.Location.ToString()));
        Assert.Equal(401, secure.StatusCode);
        Assert.Equal("max-age=31536000", secure.Headers.StrictTransportSecurity.ToString());
        Assert.Equal(200, probe.StatusCode);
    }

    [Theory]
    [InlineData(Client)]
    [InlineData($"6.6.6.6, {Client}")]
    [InlineData($"6.6.6.6, {Client}, 127.0.0.9")]
    public async Task A_stated_proxy_is_believed_about_the_client_and_the_client_is_not(string forwarded)
    {
        using var behind = new HttpClient { BaseAddress = await host.AddListeningGatewayAsync(s_trust) };
        using var bare = new HttpClient { BaseAddress = await host.AddListeningGatewayAsync() };
        var key = host.Platform.MakeKey();
        var seenBehind = await GatewayHost.JsonAsync(await GatewayHost.SendAsync(behind, HttpMethod.Get, "/api/things", ("X-API-Key", key), ("X-Forwarded-For", forwarded)));
        var seenBare = await GatewayHost.JsonAsync(await GatewayHost.SendAsync(bare, HttpMethod.Get, "/api/things", ("X-API-Key", key), ("X-Forwarded-For", forwarded)));
        Assert.Equal(Client, seenBehind["headers"]!["x-forwarded-for"]!.GetValue<string>());
        Assert.Equal("127.0.0.1", seenBare["headers"]!["x-forwarded-for"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_proxy_is_stated_by_its_address_too_and_what_is_neither_is_named_at_the_start()
    {
        using var behind = new HttpClient { BaseAddress = await host.AddListeningGatewayAsync(("Proxy:TrustedProxies:0", "127.0.0.1")) };
        var seen = await GatewayHost.JsonAsync(
            await GatewayHost.SendAsync(behind, HttpMethod.Get, "/api/things", ("X-API-Key", host.Platform.MakeKey()), ("X-Forwarded-For", Client)));
        Assert.Equal(Client, seen["headers"]!["x-forwarded-for"]!.GetValue<string>());

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => host.AddListeningGatewayAsync(("Proxy:TrustedProxies:0", "10.0.0.0/99")));
        Assert.Contains("Proxy:TrustedProxies has '10.0.0.0/99'", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_tied_to_an_address_stays_shut_to_others_while_it_is_in_use_there()
    {
        var key = host.Platform.MakeKey();
        host.Platform.Tie(key, Client);
        HttpClient[] gateways = [.. await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ => (await host.AddGatewayAsync(settings: [s_trust])).CreateClient()))];
        foreach (var gateway in gateways)
        {
            // The first exchange is in memory and in Redis by the second request.
            using var own = await GatewayHost.SendAsync(gateway, HttpMethod.Get, "/api/things", ("X-API-Key", key), ("X-Forwarded-For", Client));
            using var other = await GatewayHost.SendAsync(gateway, HttpMethod.Get, "/api/things", ("X-API-Key", key), ("X-Forwarded-For", "203.0.113.8"));
            using var again = await GatewayHost.SendAsync(gateway, HttpMethod.Get, "/api/things", ("X-API-Key", key), ("X-Forwarded-For", Client));
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.OK), (own.StatusCode, other.StatusCode, again.StatusCode));
            Assert.Equal("ip_not_allowed", (await GatewayHost.JsonAsync(other))["code"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task A_token_made_of_such_a_key_stays_shut_too_and_a_sessions_is_known_at_every_address()
    {
        await using var tokens = await TestTokens.StartAsync();
        var (ofKey, ofSession) = (tokens.ForKey(Guid.NewGuid(), Guid.NewGuid(), "*"), tokens.ForPerson(Guid.NewGuid(), Guid.NewGuid()));
        host.Platform.Accept(ofKey);
        host.Platform.Tie(ofKey, Client);
        host.Platform.Accept(ofSession);
        HttpClient[] gateways = [.. await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ => (await host.AddGatewayAsync(settings: [s_trust])).CreateClient()))];
        foreach (var gateway in gateways)
        {
            Assert.Equal(
                (HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.OK),
                (await UseAsync(gateway, ofKey, Client), await UseAsync(gateway, ofKey, "203.0.113.8"), await UseAsync(gateway, ofKey, Client)));
        }

        var before = host.Platform.Exchanges;
        foreach (var gateway in gateways)
        {
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await UseAsync(gateway, ofSession, Client), await UseAsync(gateway, ofSession, "203.0.113.8")));
        }

        Assert.Equal(before + 1, host.Platform.Exchanges);

        static async Task<HttpStatusCode> UseAsync(HttpClient gateway, string token, string from)
        {
            using var response = await GatewayHost.SendAsync(gateway, HttpMethod.Get, "/api/things", ("Authorization", $"Bearer {token}"), ("X-Forwarded-For", from));
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Sign_in_is_limited_by_address_whoever_asks_and_other_addresses_are_not()
    {
        var client = (await host.AddGatewayAsync(settings: [s_trust, ("Limits:Address:Requests", "3"), ("Limits:Address:Burst", "1")])).CreateClient();
        var (here, there) = ($"2001:db8:{Random.Shared.Next(0xffff):x}:1", $"2001:db8:{Random.Shared.Next(0xffff):x}:2");
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 12; i++)
        {
            // A household has all of its /64.
            using var response = await GatewayHost.SendAsync(client, HttpMethod.Post, "/api/auth/signin", ("X-Forwarded-For", $"{here}::{i}"));
            answers.Add(response.StatusCode);
        }

        using var elsewhere = await GatewayHost.SendAsync(client, HttpMethod.Post, "/api/auth/signin", ("X-Forwarded-For", $"{there}::1"));
        Assert.Equal(HttpStatusCode.OK, elsewhere.StatusCode);
        // Three and the burst of one, and as many again should the minute turn.
        Assert.InRange(answers.Count(status => status == HttpStatusCode.OK), 4, 8);
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
    }

    [Fact]
    public async Task Public_documents_are_compressed_and_answers_to_a_credential_never()
    {
        var large = new string('a', 20_000);
        var path = $"/api/things/{Guid.NewGuid()}";
        host.Platform.Answer(path, context => context.Response.WriteAsJsonAsync(new { large }));
        host.Platform.Answer("/api/auth/session", context => context.Response.WriteAsJsonAsync(new { large }));
        var coding = ("Accept-Encoding", "gzip, br");
        using var document = await host.SendAsync(HttpMethod.Get, "/openapi/v1.json", coding);
        using var thing = await host.SendAsync(HttpMethod.Get, path, coding, ("X-API-Key", host.Platform.MakeKey()));
        using var session = await host.SendAsync(HttpMethod.Get, "/api/auth/session", coding);
        Assert.NotEmpty(document.Content.Headers.ContentEncoding);
        Assert.Empty(thing.Content.Headers.ContentEncoding);
        Assert.Empty(session.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task What_a_service_says_of_itself_does_not_leave_the_gateway()
    {
        var path = $"/api/things/{Guid.NewGuid()}";
        host.Platform.Answer(path, context =>
        {
            context.Response.Headers.Server = "Inside/1.0";
            context.Response.Headers.XPoweredBy = "Inside";
            context.Response.Headers.XFrameOptions = "ALLOWALL";
            context.Response.Headers.AccessControlAllowOrigin = "*";
            context.Response.Headers.AccessControlAllowCredentials = "true";
            context.Response.Headers["RateLimit"] = "\"inside\";r=1;t=1";
            return context.Response.WriteAsync("{}");
        });
        using var response = await host.SendAsync(HttpMethod.Get, path, ("X-API-Key", host.Platform.MakeKey()), ("Origin", "https://evil.example"));
        Assert.Equal("DENY", response.Headers.GetValues("X-Frame-Options").Single());
        Assert.StartsWith("\"key\"", response.Headers.GetValues("RateLimit").Single(), StringComparison.Ordinal);
        foreach (var gone in new[] { "Server", "X-Powered-By", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials" })
        {
            Assert.False(response.Headers.Contains(gone), gone);
        }
    }

    [Fact]
    public async Task Whoever_is_still_sending_a_small_body_is_answered_when_it_is_there_and_not_before()
    {
        const int Length = 20_000;
        var path = $"/api/things/{Guid.NewGuid()}";
        host.Platform.Answer(path, context => context.Response.WriteAsync("at once"));
        var gateway = await host.AddListeningGatewayAsync();
        Assert.StartsWith("HTTP/1.1 401", await AnswerAsync(""), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await AnswerAsync($"X-API-Key: {host.Platform.MakeKey()}\r\n"), StringComparison.Ordinal);

        async Task<string> AnswerAsync(string credential)
        {
            using var deadline = new CancellationTokenSource(Eventually.Deadline);
            using var connection = new TcpClient();
            await connection.ConnectAsync(gateway.Host, gateway.Port, deadline.Token);
            var stream = connection.GetStream();
            var head = $"DELETE {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{credential}Content-Type: application/json\r\nContent-Length: {Length}\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head), deadline.Token);
            await stream.WriteAsync(new byte[Length / 2], deadline.Token);
            using var client = new HttpClient { BaseAddress = gateway };
            for (var other = 0; other < 20; other++)
            {
                // As long as others take to be answered, this one could have been.
                using var answered = await client.GetAsync(new Uri("/api/things", UriKind.Relative), deadline.Token);
            }

            Assert.Equal(0, connection.Available);
            await stream.WriteAsync(new byte[Length / 2], deadline.Token);
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync(deadline.Token);
        }
    }

    [Theory]
    [InlineData("a header", "GET /api/things HTTP/1.1\r\nHost: x\r\nX-Slow: ")]
    [InlineData("a body", "POST /api/auth/signin HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{")]
    public async Task A_client_that_never_ends_its_request_is_hung_up_on(string what, string begun)
    {
        var gateway = await host.AddListeningGatewayAsync();
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        using var connection = new TcpClient();
        await connection.ConnectAsync(gateway.Host, gateway.Port, deadline.Token);
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(begun), deadline.Token);
        using var reader = new StreamReader(connection.GetStream());
        var answer = await reader.ReadToEndAsync(deadline.Token);
        Assert.True(answer.StartsWith("HTTP/1.1 408", StringComparison.Ordinal), $"{what}: {answer}");
    }
}
