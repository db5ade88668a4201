using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using OnePlatform.Gateway.Limits;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Gateway.Credentials;

/// <summary>Asks Identity what a credential is good for.</summary>
internal sealed partial class IdentityExchange(
    IHttpClientFactory clients, IOptions<LimitOptions> limits, TimeProvider clock, ILogger<IdentityExchange> logger)
{
    public const string HttpClient = "token-exchange";

    // Identity may add members that this gateway does not know yet.
    private static readonly JsonSerializerOptions s_tolerant = new(JsonSerializerDefaults.Web);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public async Task<Verdict> AskAsync(PresentedCredential credential, string group, string address)
    {
        var issuedAt = clock.GetUtcNow();
        // Many requests may wait for this one answer: it does not end with the client who happened to be first.
        using var patience = new CancellationTokenSource(s_patience, clock);
        try
        {
            using var response = await clients.CreateClient(HttpClient).PostAsJsonAsync(
                "/internal/token-exchange",
                new ExchangeQuestion(KindOf(credential), credential.Value, group.Length == 0 ? null : group, address),
                ApiJson.Options,
                patience.Token);
            if (response.IsSuccessStatusCode)
            {
                var answer = await response.Content.ReadFromJsonAsync<ExchangeAnswer>(s_tolerant, patience.Token);
                return new Verdict(new Grant(answer!, issuedAt, limits.Value, clock), null);
            }

            if ((int)response.StatusCode >= 500 || response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                LogRefused((int)response.StatusCode);
                return Verdict.Unknown;
            }

            return new Verdict(null, await ReadRefusalAsync(response, patience.Token));
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or JsonException)
        {
            LogAway(exception);
            return Verdict.Unknown;
        }
    }

    private static async Task<Refusal> ReadRefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var problem = await response.Content.ReadFromJsonAsync<JsonObject>(s_tolerant, cancellationToken);
        return new Refusal(
            (int)response.StatusCode,
            problem?["code"]?.GetValue<string>() ?? ProblemCodes.Of((int)response.StatusCode),
            problem?["detail"]?.GetValue<string>() ?? "The credential is not valid.");
    }

    private static string KindOf(PresentedCredential credential) => credential.Kind switch
    {
        CredentialKind.ApiKey => "api_key",
        CredentialKind.SessionCookie => "session_cookie",
        _ => "access_token",
    };

    [LoggerMessage(LogLevel.Warning, "Identity cannot be asked about a credential.")]
    private partial void LogAway(Exception exception);

    [LoggerMessage(LogLevel.Warning, "Identity answered {Status} when asked about a credential.")]
    private partial void LogRefused(int status);

    private sealed record ExchangeQuestion(string Kind, string Credential, string? GroupId, string ClientIp);
}
