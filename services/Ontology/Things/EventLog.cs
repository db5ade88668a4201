using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things;

internal sealed record EventLogAnswer(int Status, string Body, string? MediaType);

/// <summary>Asks the Events service, in the caller's own name: it decides what the caller sees.</summary>
internal sealed class EventLog(HttpClient http)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <returns>The answer as it is; null when there was none in time.</returns>
    public Task<EventLogAnswer?> OfTargetAsync(Guid target, HttpContext caller, CancellationToken cancellationToken)
        => AskAsync($"/api/events/target/{target}{caller.Request.QueryString}", caller, cancellationToken);

    /// <returns>Whether there are events of a type in the acting group or below it; null when the log does not say.</returns>
    public async Task<bool?> HasTypeAsync(string type, HttpContext caller, CancellationToken cancellationToken)
    {
        var answer = await AskAsync($"/api/events?scope=subtree&limit=1&type={Uri.EscapeDataString(type)}", caller, cancellationToken);
        return answer is not { Status: StatusCodes.Status200OK } ? null : JsonElement.Parse(answer.Body).GetProperty("results").GetArrayLength() > 0;
    }

    private async Task<EventLogAnswer?> AskAsync(string path, HttpContext caller, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = AuthenticationHeaderValue.Parse(caller.Request.Headers.Authorization.ToString());
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            using var answer = await http.SendAsync(request, patience.Token);
            return (int)answer.StatusCode >= StatusCodes.Status500InternalServerError
                ? null
                : new EventLogAnswer(
                    (int)answer.StatusCode, await answer.Content.ReadAsStringAsync(patience.Token), answer.Content.Headers.ContentType?.ToString());
        }
        catch (Exception ex) when (ex is HttpRequestException or Polly.ExecutionRejectedException
            || (ex is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    public static ProblemHttpResult Unavailable(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "5";
        return Problems.Of(StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "The event log is not available; try again.");
    }
}
