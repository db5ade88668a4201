using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests;

/// <summary>P3 from end to end: Identity revokes, the outbox and the broker tell, the gateway forgets.</summary>
[Collection(RunningPlatform.Name)]
public sealed class RevokingAKey(PlatformFixture platform)
{
    private const int Connections = 32;

    // So that the load is a use of the key and not a test of the machine.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task A_key_in_use_by_32_connections_is_refused_within_a_second_of_its_revocation()
    {
        var tenant = await platform.NewTenantAsync("revoked");
        using var owner = platform.WithKey(tenant.Key);
        var made = await owner.SendAsync(
            HttpMethod.Post, "/api/api-keys", new { name = "in use", scopes = new[] { "things:read" }, rateLimit = new { requests = 600_000, burst = 60_000 } });
        using var client = platform.WithKey(made["key"]!.GetValue<string>());
        var (watch, end) = (Stopwatch.StartNew(), new CancellationTokenSource());
        var answers = new ConcurrentBag<(HttpStatusCode Status, TimeSpan Asked, TimeSpan Took)>();
        using var stopping = end;
        var users = Enumerable.Range(0, Connections).Select(async _ =>
        {
            while (!end.IsCancellationRequested)
            {
                var asked = watch.Elapsed;
                using var response = await client.GetAsync(new Uri("/api/things?limit=1", UriKind.Relative));
                answers.Add((response.StatusCode, asked, watch.Elapsed - asked));
                await Task.Delay(s_pause);
            }
        }).ToArray();
        await Eventually.TrueAsync(() => Task.FromResult(answers.Count > 4 * Connections));

        await owner.SendAsync(HttpMethod.Delete, $"/api/api-keys/{made["id"]}");
        var revoked = watch.Elapsed;
        await Eventually.TrueAsync(() => Task.FromResult(answers.Any(answer => answer.Status == HttpStatusCode.Unauthorized)));
        var refused = answers.Count;
        await Eventually.TrueAsync(() => Task.FromResult(answers.Count > refused + (4 * Connections)));
        await end.CancelAsync();
        await Task.WhenAll(users);

        Assert.All(answers, answer => Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Unauthorized, $"{answer.Status}"));
        var lastSuccess = answers.Where(answer => answer.Status == HttpStatusCode.OK).Max(answer => answer.Asked) - revoked;
        // On a machine that is busy with other work, every step of the news waits as long as the slowest of these requests did meanwhile.
        var allowed = TimeSpan.FromSeconds(1) + (4 * answers.Where(answer => answer.Asked + answer.Took > revoked).Max(answer => answer.Took));
        Assert.True(lastSuccess < allowed, $"The last success was asked for {lastSuccess.TotalMilliseconds:F0} ms after the revocation; {allowed.TotalMilliseconds:F0} are allowed.");
    }
}
