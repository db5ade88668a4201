using System.Globalization;
using System.Text.Json.Nodes;

namespace OnePlatform.Platform.Tests;

/// <summary>Follows a group's log from its beginning: one reader by positions, one listener that is cut off again and again.</summary>
internal sealed class LogFollower(HttpClient client)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_cut = TimeSpan.FromSeconds(3);

    /// <summary>Positions as they were seen.</summary>
    public List<long> Tailed { get; } = [];

    public List<long> Streamed { get; } = [];

    public int Connections { get; private set; }

    public async Task TailAsync(CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            try
            {
                var text = await client.GetStringAsync(
                    new Uri($"/api/events?limit=200&fields=id,position&afterPosition={Last(Tailed)}", UriKind.Relative), until);
                Tailed.AddRange(JsonNode.Parse(text)!["results"]!.AsArray().Select(r => r!["position"]!.GetValue<long>()));
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
            {
                // The log is away; it is asked again for what follows.
            }

            await Task.Delay(s_pause, CancellationToken.None);
        }
    }

    public async Task StreamAsync(CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            using var cut = CancellationTokenSource.CreateLinkedTokenSource(until);
            cut.CancelAfter(s_cut);
            try
            {
                await ListenAsync(cut.Token);
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
            {
                // Cut off; it goes on behind the last it saw.
            }

            await Task.Delay(s_pause, CancellationToken.None);
        }
    }

    private async Task ListenAsync(CancellationToken cut)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/events/stream");
        request.Headers.Add("Last-Event-ID", Last(Streamed).ToString(CultureInfo.InvariantCulture));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cut);
        response.EnsureSuccessStatusCode();
        Connections++;
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cut));
        while (await lines.ReadLineAsync(cut) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                Streamed.Add(JsonNode.Parse(line[6..])!["position"]!.GetValue<long>());
            }
        }
    }

    private static long Last(List<long> seen) => seen.Count == 0 ? 0 : seen[^1];
}
