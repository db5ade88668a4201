using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace OnePlatform.Bench.Identity;

internal sealed record SignedInPerson(string Email, string Password, string AccessToken)
{
    public static async Task<SignedInPerson> SignUpAsync(Uri address)
    {
        using var client = new HttpClient { BaseAddress = address };
        var (email, password) = ("ada@example.com", "plum-Ladder-97-river");
        using var response = await client.PostAsJsonAsync("/api/auth/signup", new { email, password, name = "Ada" });
        response.EnsureSuccessStatusCode();
        return new SignedInPerson(email, password, (await response.Content.ReadFromJsonAsync<JsonObject>())!["accessToken"]!.GetValue<string>());
    }
}

/// <summary>Requests over kept connections.</summary>
internal sealed class Load(Uri address, SignedInPerson person) : IDisposable
{
    private const int Checkers = 32;
    private static readonly int s_signers = 8 * Environment.ProcessorCount;
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = address };

    /// <returns>Sign-ins a second. Those under way when time is up are waited for and counted, with the time they take.</returns>
    public async Task<double> SignInAsync(TimeSpan span)
    {
        var (watch, count) = (Stopwatch.StartNew(), 0);
        await Task.WhenAll(Enumerable.Range(0, s_signers).Select(async _ =>
        {
            while (watch.Elapsed < span)
            {
                using var response = await _client.PostAsJsonAsync("/api/auth/signin", new { email = person.Email, password = person.Password });
                response.EnsureSuccessStatusCode();
                Interlocked.Increment(ref count);
            }
        }));
        return count / watch.Elapsed.TotalSeconds;
    }

    /// <summary>How two other routes answer, asked one after the other, until the work is done.</summary>
    public async Task<string> AnswersWhileAsync(Task work)
    {
        var (health, session) = (new Sample(), new Sample());
        while (!work.IsCompleted)
        {
            health.Add(await AskAsync("/health/live"));
            session.Add(await AskAsync("/api/auth/session"));
            await Task.Delay(20);
        }

        return $"GET /health/live {health}; GET /api/auth/session {session}";
    }

    public async Task<(double Rate, Sample Times)> CheckSessionsAsync(TimeSpan span)
    {
        var (watch, count, times) = (Stopwatch.StartNew(), 0, new Sample());
        await Task.WhenAll(Enumerable.Range(0, Checkers).Select(async _ =>
        {
            while (watch.Elapsed < span)
            {
                times.Add(await AskAsync("/api/auth/session"));
                Interlocked.Increment(ref count);
            }
        }));
        return (count / watch.Elapsed.TotalSeconds, times);
    }

    public void Dispose() => _client.Dispose();

    private async Task<TimeSpan> AskAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", person.AccessToken);
        var start = Stopwatch.GetTimestamp();
        using var response = await _client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        await response.Content.CopyToAsync(Stream.Null);
        return Stopwatch.GetElapsedTime(start);
    }
}
