using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;
using StackExchange.Redis;
using Xunit;

namespace OnePlatform.Gateway.Tests;

[Trait("Proof", "P6")]
public sealed class RepeatingRequests(GatewayHost host) : IClassFixture<GatewayHost>
{
    [Fact]
    public async Task The_same_request_with_the_same_key_acts_once_and_gets_the_same_answer()
    {
        var (path, acted) = Counting();
        var (credential, key) = (host.Platform.MakeKey(), NewKey());
        using var first = await PostAsync(path, credential, key);
        using var second = await PostAsync(path, credential, key);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, second.StatusCode));
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal("true", second.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal(1, acted());
    }

    [Fact]
    public async Task Another_instance_repeats_the_answer_too()
    {
        var (path, acted) = Counting();
        var (credential, key) = (host.Platform.MakeKey(), NewKey());
        using var first = await PostAsync(path, credential, key);
        using var second = await PostAsync(path, credential, key, client: (await host.AddGatewayAsync()).CreateClient());
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(1, acted());
    }

    [Fact]
    public async Task The_key_with_another_body_is_refused()
    {
        var (path, acted) = Counting();
        var (credential, key) = (host.Platform.MakeKey(), NewKey());
        using var first = await PostAsync(path, credential, key, "one");
        using var second = await PostAsync(path, credential, key, "two");
        Assert.Equal("idempotency_key_reused", (await GatewayHost.JsonAsync(second))["code"]!.GetValue<string>());
        Assert.Equal((HttpStatusCode.UnprocessableEntity, 1), (second.StatusCode, acted()));
    }

    [Fact]
    public async Task The_key_of_one_caller_is_nothing_to_another()
    {
        var (path, acted) = Counting();
        var key = NewKey();
        using var first = await PostAsync(path, host.Platform.MakeKey(), key);
        using var second = await PostAsync(path, host.Platform.MakeKey(), key);
        Assert.Equal((HttpStatusCode.Created, 2), (second.StatusCode, acted()));
    }

    [Theory]
    [InlineData("Cookie", "better-auth.session_token=")]
    [InlineData("Authorization", "Bearer ")]
    public async Task Two_people_at_one_address_are_two_callers_also_where_the_service_alone_knows_them(string header, string start)
    {
        var (path, acted) = Counting("/api/auth");
        var (hers, his, key) = ($"{start}{Guid.NewGuid():N}", $"{start}{Guid.NewGuid():N}", NewKey());
        using var first = await PostAsync(path, hers, key, header: header);
        using var other = await PostAsync(path, his, key, header: header);
        using var again = await PostAsync(path, hers, key, header: header);
        Assert.False(other.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal("true", again.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        Assert.Equal(2, acted());
    }

    [Fact]
    public async Task Many_at_once_act_once()
    {
        var (path, acted) = Counting();
        var (credential, key) = (host.Platform.MakeKey(), NewKey());
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            using var response = await PostAsync(path, credential, key);
            return response.StatusCode;
        }));
        Assert.Equal(1, acted());
        Assert.Contains(HttpStatusCode.Created, answers);
        Assert.All(answers, status => Assert.True(status is HttpStatusCode.Created or HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task While_the_first_runs_the_second_is_told_so()
    {
        var (path, asked, mayAnswer) = ($"/api/things/{Guid.NewGuid()}", new TaskCompletionSource(), new TaskCompletionSource());
        host.Platform.Answer(path, async context =>
        {
            asked.TrySetResult();
            await mayAnswer.Task;
            context.Response.StatusCode = StatusCodes.Status201Created;
        });
        var (credential, key) = (host.Platform.MakeKey(), NewKey());
        var first = PostAsync(path, credential, key);
        await asked.Task;
        using var second = await PostAsync(path, credential, key);
        Assert.Equal("idempotency_in_progress", (await GatewayHost.JsonAsync(second))["code"]!.GetValue<string>());
        mayAnswer.SetResult();
        using var answer = await first;
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task What_a_gateway_left_behind_when_it_died_is_not_done_again()
    {
        var (path, acted) = Counting();
        var (credential, key) = (host.Platform.MakeKey(), NewKey());
        var asked = new TaskCompletionSource();
        var dying = new TaskCompletionSource();
        host.Platform.Answer(path, async _ =>
        {
            asked.TrySetResult();
            await dying.Task;
        });
        var first = PostAsync(path, credential, key);
        await asked.Task;

        // A dead gateway shows no life: what it showed last lapses.
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{await TestServers.RedisAsync()},allowAdmin=true");
        var lives = redis.GetServers()[0].Keys(pattern: "gateway:idempotency:*:life").ToArray();
        await redis.GetDatabase().KeyDeleteAsync(lives);
        using var second = await PostAsync(path, credential, key);
        dying.SetResult();
        using var ended = await first;
        Assert.Equal("idempotency_outcome_unknown", (await GatewayHost.JsonAsync(second))["code"]!.GetValue<string>());
        Assert.Equal(0, acted());
    }

    [Fact]
    public async Task A_failure_of_the_service_is_not_kept()
    {
        var path = $"/api/things/{Guid.NewGuid()}";
        host.Platform.Answer(path, context => Results.Problem(statusCode: 500).ExecuteAsync(context));
        var (credential, key) = (host.Platform.MakeKey(), NewKey());
        using var failed = await PostAsync(path, credential, key);
        host.Platform.Answer(path, context => Results.Ok(new { ok = true }).ExecuteAsync(context));
        using var retried = await PostAsync(path, credential, key);
        Assert.Equal((HttpStatusCode.InternalServerError, HttpStatusCode.OK), (failed.StatusCode, retried.StatusCode));
        Assert.False(retried.Headers.Contains("Idempotency-Replayed"));
    }

    [Theory]
    [InlineData("application/problem+json", true)]
    [InlineData("text/html", false)]
    public async Task A_failure_that_may_have_acted_is_not_tried_again(string mediaType, bool isTold)
    {
        var (path, acted) = ($"/api/things/{Guid.NewGuid()}", 0);
        host.Platform.Answer(path, context =>
        {
            acted++;
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.ContentType = mediaType;
            if (isTold)
            {
                context.Response.Headers[Outcome.Header] = Outcome.Unknown;
            }

            return context.Response.WriteAsync("{}");
        });
        var (credential, key) = (host.Platform.MakeKey(), NewKey());
        using var failed = await PostAsync(path, credential, key);
        using var retried = await PostAsync(path, credential, key);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.Conflict), (failed.StatusCode, retried.StatusCode));
        Assert.Equal("idempotency_outcome_unknown", (await GatewayHost.JsonAsync(retried))["code"]!.GetValue<string>());
        Assert.False(failed.Headers.Contains(Outcome.Header));
        Assert.Equal(1, acted);
    }

    [Fact]
    public async Task A_service_that_breaks_off_may_have_acted_and_is_not_asked_again()
    {
        var path = $"/api/things/{Guid.NewGuid()}";
        host.Platform.Answer(path, context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        var (credential, key) = (host.Platform.MakeKey(), NewKey());
        using var broken = await PostAsync(path, credential, key);
        using var retried = await PostAsync(path, credential, key);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, broken.StatusCode);
        Assert.Equal("idempotency_outcome_unknown", (await GatewayHost.JsonAsync(retried))["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_client_that_gives_up_finds_its_answer_when_it_comes_again()
    {
        var (path, asked, mayAnswer) = ($"/api/things/{Guid.NewGuid()}", new TaskCompletionSource(), new TaskCompletionSource());
        host.Platform.Answer(path, async context =>
        {
            asked.TrySetResult();
            await mayAnswer.Task;
            // The gateway must not pass the client's leaving on; when it does, it does so within this time.
            await Task.WhenAny(Task.Delay(500, context.RequestAborted), Task.Delay(1000, CancellationToken.None));
            await context.Response.WriteAsJsonAsync(new { aborted = context.RequestAborted.IsCancellationRequested });
        });
        var (credential, key) = (host.Platform.MakeKey(), NewKey());
        using var patience = new CancellationTokenSource();
        using var client = new HttpClient { BaseAddress = await host.AddListeningGatewayAsync() };
        var first = PostAsync(path, credential, key, client: client, cancellationToken: patience.Token);
        await asked.Task;
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        mayAnswer.SetResult();
        await OnePlatform.Testing.Eventually.TrueAsync(async () =>
        {
            using var second = await PostAsync(path, credential, key);
            return second.StatusCode == HttpStatusCode.OK && !(await GatewayHost.JsonAsync(second))["aborted"]!.GetValue<bool>();
        });
    }

    [Fact]
    public async Task An_answer_too_large_to_keep_arrives_whole_and_is_not_made_twice()
    {
        var (path, size) = ($"/api/things/{Guid.NewGuid()}", 3_000_000);
        host.Platform.Answer(path, context => context.Response.Body.WriteAsync(new byte[size]).AsTask());
        var (credential, key) = (host.Platform.MakeKey(), NewKey());
        using var first = await PostAsync(path, credential, key);
        using var second = await PostAsync(path, credential, key);
        Assert.Equal(size, (await first.Content.ReadAsByteArrayAsync()).Length);
        Assert.Equal("idempotency_answer_not_kept", (await GatewayHost.JsonAsync(second))["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Neither_the_answer_nor_the_key_can_be_read_in_Redis()
    {
        var (path, secret) = ($"/api/things/{Guid.NewGuid()}", RandomNumberGenerator.GetHexString(32));
        host.Platform.Answer(path, context => context.Response.WriteAsync(secret));
        var key = NewKey();
        using var response = await PostAsync(path, host.Platform.MakeKey(), key);
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{await TestServers.RedisAsync()},allowAdmin=true");
        var records = redis.GetServers()[0].Keys(pattern: "gateway:idempotency:*").ToArray();
        Assert.NotEmpty(records);
        foreach (var record in records)
        {
            var text = $"{record}" + System.Text.Encoding.Latin1.GetString((byte[]?)await redis.GetDatabase().StringGetAsync(record) ?? []);
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(secret)), text, StringComparison.Ordinal);
            Assert.DoesNotContain(key, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task With_Redis_away_a_request_that_must_not_act_twice_does_not_act_at_all()
    {
        var (path, acted) = Counting();
        var client = (await host.AddGatewayAsync(redis: "127.0.0.1:9,connectTimeout=100")).CreateClient();
        using var response = await PostAsync(path, host.Platform.MakeKey(), NewKey(), client: client);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, 0), (response.StatusCode, acted()));
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_key_of_300_characters_is_refused()
    {
        using var response = await PostAsync("/api/things", host.Platform.MakeKey(), new string('k', 300));
        Assert.Equal("invalid_idempotency_key", (await GatewayHost.JsonAsync(response))["code"]!.GetValue<string>());
    }

    private (string Path, Func<int> Acted) Counting(string under = "/api/things")
    {
        var (path, count) = ($"{under}/{Guid.NewGuid()}", 0);
        host.Platform.Answer(path, async context =>
        {
            var number = Interlocked.Increment(ref count);
            context.Response.StatusCode = StatusCodes.Status201Created;
            context.Response.Headers.Location = $"{path}/{number}";
            await context.Response.WriteAsJsonAsync(new { number });
        });
        return (path, () => Volatile.Read(ref count));
    }

    private static string NewKey() => Guid.NewGuid().ToString();

    private async Task<HttpResponseMessage> PostAsync(
        string path, string credential, string key, string name = "one", HttpClient? client = null, string header = "X-API-Key", CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(new { name }) };
        request.Headers.Add(header, credential);
        request.Headers.Add("Idempotency-Key", key);
        return await (client ?? host.Client).SendAsync(request, cancellationToken);
    }
}
