using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things;

internal sealed record EventLogAnswer(int Status, string Body, string? MediaType);

/// <summary>Asks the Events service, in the caller's own name: it decides what the caller sees.</summary>
internal sealed class EventLog(HttpClient http)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <returns>The answer as it is; null when there was none in time.</returns>
    public async Task<EventLogAnswer?> OfTargetAsync(Guid target, HttpContext caller, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/events/target/{target}{caller.Request.QueryString}");
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
