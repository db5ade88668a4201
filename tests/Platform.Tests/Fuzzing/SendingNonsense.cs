using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.AspNetCore.Http;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests.Fuzzing;

/// <summary>
/// P9: whatever is sent to any documented operation, the answer is never a fault of the platform and always comes. A failure
/// names the seed: <c>CsCheck_Seed=… dotnet test</c> sends the same case first. <c>FUZZ_CASES</c> sends more of them.
/// </summary>
[Trait("Proof", "P9")]
public sealed class SendingNonsense(PlatformFixture platform) : IClassFixture<PlatformFixture>
{
    private const int Cases = 4000;
    private const int Connections = 8;

    // These end the credential or the rows that every other case stands on.
    private static readonly string[] s_ending =
        ["/api/auth/signout", "/api/auth/sign-out", "/api/auth/revoke-session", "/api/auth/revoke-sessions", "/api/auth/delete-user", "/api/auth/me"];

    private readonly ConcurrentDictionary<string, bool> _codes = new();

    [Fact]
    public async Task No_request_to_any_operation_is_answered_by_a_fault_or_not_at_all()
    {
        var tenant = await platform.NewTenantAsync("fuzz");
        using var anybody = Client();
        using var key = Client(("X-API-Key", tenant.Key));
        using var person = Client(("Authorization", $"Bearer {tenant.AccessToken}"));
        var operations = Operation.AllOf((await key.SendAsync(HttpMethod.Get, "/openapi/v1.json")).AsObject());
        var ids = await FillAsync(key);
        var iterations = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_CASES"), CultureInfo.InvariantCulture, out var more) ? more : Cases;
        var answers = new ConcurrentDictionary<int, int>();
        var reached = new ConcurrentDictionary<Operation, bool>();

        // Away from the test's own few threads, on which so many at once would wait for each other.
        await Task.Run(() => Gen.Select(Gen.Int[0, operations.Count - 1], Gen.Int[0, 14], Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int)
            .Select((operation, body, path, query, header, method, seed) => new FuzzCase(operations[operation], body, path, query, header, method, seed))
            .SampleAsync(
                async @case =>
                {
                    var ends = s_ending.Contains(@case.Operation.Path);
                    var client = (uint)@case.Seed % 20 == 0 ? anybody : (uint)@case.Seed % 5 == 1 && !ends ? person : key;
                    var (status, body) = await AnswerAsync(client, @case, ids);
                    answers.AddOrUpdate(status, 1, (_, count) => count + 1);
                    reached[@case.Operation] = true;
                    if (status >= 500)
                    {
                        throw new InvalidOperationException($"{status} to {await @case.DescribeAsync(ids)}\n{body}");
                    }
                },
                iter: iterations,
                threads: Connections,
                print: @case => $"{@case.Operation.Method} {@case.Operation.Path} {@case.BodyKind} {@case.PathKind} {@case.QueryKind} {@case.HeaderKind} {@case.MethodKind} {@case.Seed}"));

        var seen = string.Join(", ", answers.OrderBy(a => a.Key).Select(a => $"{a.Key}: {a.Value}"));
        // With twenty cases for each on average, none is left out but once in millions of runs.
        Assert.True(iterations < 20 * operations.Count || reached.Count == operations.Count, $"Only {reached.Count} of {operations.Count} operations were tried.");
        Assert.True(answers.GetValueOrDefault(400) > iterations / 20 && answers.Keys.Any(a => a is 200 or 201), $"The cases are not what they should be: {seen}");
        Assert.True(answers.GetValueOrDefault(429) < iterations / 4, $"Limits hid the answers: {seen}");
        foreach (var code in _codes.Keys)
        {
            using var page = await anybody.GetAsync(new Uri($"/problems/{code}", UriKind.Relative));
            Assert.True(page.IsSuccessStatusCode, $"The problem {code} has no page.");
        }
    }

    public static TheoryData<string, string> BrokenRequests() => new()
    {
        { "no colon in a header", "GET /api/things HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n" },
        { "a space before the colon", "GET /api/things HTTP/1.1\r\nHost: x\r\nX-API-Key : y\r\n\r\n" },
        { "a zero in a header", "GET /api/things HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n" },
        { "bytes that are no UTF-8 in a header", "GET /api/things HTTP/1.1\r\nHost: x\r\nX-API-Key: \u00ff\u00fe\r\n\r\n" },
        { "no host", "GET /api/things HTTP/1.1\r\n\r\n" },
        { "two hosts", "GET /api/things HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" },
        { "two lengths", "POST /api/things HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}" },
        { "a length below zero", "POST /api/things HTTP/1.1\r\nHost: x\r\nContent-Length: -2\r\n\r\n{}" },
        { "a length past all numbers", "POST /api/things HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n{}" },
        { "length and chunks", "POST /api/things HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
        { "chunks of no size", "POST /api/auth/signin HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n" },
        { "a coding nobody knows", "POST /api/auth/signin HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, nonsense\r\n\r\n" },
        { "a path of bad escapes", "GET /api/things/%zz%f HTTP/1.1\r\nHost: x\r\n\r\n" },
        { "a path of overlong UTF-8", "GET /api/things/%c0%af%e0%80%af HTTP/1.1\r\nHost: x\r\n\r\n" },
        { "a zero in the path", "GET /api/things/%00 HTTP/1.1\r\nHost: x\r\n\r\n" },
        { "a path that climbs", "GET /api/things/../../../internal/token-exchange HTTP/1.1\r\nHost: x\r\n\r\n" },
        { "a path of another host", "GET http://127.0.0.1:1/api/things HTTP/1.1\r\nHost: x\r\n\r\n" },
        { "no path", "GET HTTP/1.1\r\nHost: x\r\n\r\n" },
        { "a tunnel", "CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n" },
        { "a protocol of the future", "GET / HTTP/9.9\r\nHost: x\r\n\r\n" },
        { "no protocol at all", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003\r\n\r\n" },
        { "an upgrade to nothing", "GET /api/things HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: nonsense\r\n\r\n" },
        { "a line longer than the limit", $"GET /{new string('a', 40_000)} HTTP/1.1\r\nHost: x\r\n\r\n" },
        { "headers larger than the limit", $"GET /api/things HTTP/1.1\r\nHost: x\r\nX-A: {new string('a', 60_000)}\r\n\r\n" },
        { "more headers than the limit", $"GET /api/things HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 300).Select(i => $"X-{i}: a\r\n"))}\r\n" },
    };

    [Theory]
    [MemberData(nameof(BrokenRequests))]
    public async Task A_broken_request_is_refused_or_hung_up_on(string what, string request)
    {
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        using var connection = new TcpClient();
        await connection.ConnectAsync(platform.Platform.BaseAddress.Host, platform.Platform.BaseAddress.Port, deadline.Token);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), deadline.Token);
        connection.Client.Shutdown(SocketShutdown.Send);
        var answer = await ReadAsync(stream, deadline.Token);
        Assert.True(answer.Length == 0 || (answer.StartsWith("HTTP/1.", StringComparison.Ordinal) && (answer[9] == '4' || answer[9..12] == "505")), $"{what}: {answer}");

        using var client = Client();
        await client.SendAsync(HttpMethod.Get, "/api/health");
    }

    private static async Task<string> ReadAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var (buffer, length) = (new byte[64], 0);
        try
        {
            for (int read; length < buffer.Length && (read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken)) > 0;)
            {
                length += read;
            }
        }
        catch (IOException)
        {
            // Hung up on while the rest of it was still on its way.
        }

        return Encoding.Latin1.GetString(buffer, 0, length);
    }

    private async Task<(int Status, string Body)> AnswerAsync(HttpClient client, FuzzCase @case, IReadOnlyList<Guid> ids)
    {
        try
        {
            return await SendAsync(client, @case, ids);
        }
        catch (HttpRequestException exception) when (exception.InnerException is IOException)
        {
            // A connection may end after a refusal whose body nobody read, and take the next request with it. A new one tells.
            using var alone = Client([.. client.DefaultRequestHeaders.Select(h => (h.Key, string.Join(',', h.Value)))]);
            try
            {
                return await SendAsync(alone, @case, ids);
            }
            catch (HttpRequestException again) when (@case.IsHuge && again.InnerException is IOException)
            {
                return (StatusCodes.Status413PayloadTooLarge, "");
            }
            catch (HttpRequestException again)
            {
                throw new InvalidOperationException($"Hung up on {await @case.DescribeAsync(ids)}", again);
            }
        }
    }

    private async Task<(int Status, string Body)> SendAsync(HttpClient client, FuzzCase @case, IReadOnlyList<Guid> ids)
    {
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        using var request = @case.Request(ids);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            var media = response.Content.Headers.ContentType?.MediaType;
            var body = media == "text/event-stream" ? "" : Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(deadline.Token));
            if (media == "application/problem+json" && body.Length > 0)
            {
                _codes[JsonNode.Parse(body)!["code"]!.GetValue<string>()] = true;
            }

            return ((int)response.StatusCode, body);
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException($"No answer to {await @case.DescribeAsync(ids)}");
        }
    }

    private static async Task<IReadOnlyList<Guid>> FillAsync(HttpClient key)
    {
        var first = await key.SendAsync(HttpMethod.Post, "/api/things", new { type = "note", name = "one" });
        var second = await key.SendAsync(HttpMethod.Post, "/api/things", new { type = "note", name = "two" });
        var connection = await key.SendAsync(HttpMethod.Post, "/api/connections", new { fromId = first["id"], toId = second["id"], type = "references" });
        var text = await key.SendAsync(HttpMethod.Post, "/api/knowledge", new { type = "document", text = "A few words." });
        return [.. new JsonNode[] { first, second, connection, text }.Select(node => node["id"]!.GetValue<Guid>())];
    }

    private HttpClient Client(params (string Name, string Value)[] headers)
    {
        // Some headers in an encoding that Kestrel takes, some in one that it mostly refuses.
        var client = new HttpClient(new SocketsHttpHandler
        {
            RequestHeaderEncodingSelector = static (name, _) => name.Length % 4 == 0 ? Encoding.Latin1 : Encoding.UTF8,
            AllowAutoRedirect = false,
            UseCookies = false,
        })
        {
            BaseAddress = platform.Platform.BaseAddress,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        foreach (var (name, value) in headers)
        {
            client.DefaultRequestHeaders.Add(name, value);
        }

        return client;
    }
}
