using System.Text.Json;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Documents;

/// <summary>A job for one who follows it: as it is, and whenever it has changed; in between a sign of life.</summary>
/// <param name="told">The job each time it is news, null where it long is not.</param>
internal sealed class JobStream(IAsyncEnumerable<JobResponse?> told) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        ServerSentEvents.Begin(response);
        try
        {
            await foreach (var job in told.WithCancellation(httpContext.RequestAborted))
            {
                var message = job is null ? ServerSentEvents.Heartbeat : $"event: job\ndata: {JsonSerializer.Serialize(job, ApiJson.Options)}\n";
                await response.SendAsync($"{message}\n", httpContext.RequestAborted);
            }
        }
        catch (OperationCanceledException) when (httpContext.RequestAborted.IsCancellationRequested)
        {
            // The client went away.
        }
    }
}
