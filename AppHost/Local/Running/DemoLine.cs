using System.Text.Json;

namespace OnePlatform.AppHost.Local;

/// <summary>The line to paste: a request to the demo group with its key, once the services have made them.</summary>
internal static class DemoLine
{
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(250);

    public static async Task<string?> WaitAsync(string file, Uri gateway, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var until = TimeProvider.System.GetUtcNow() + deadline;
        while (TimeProvider.System.GetUtcNow() < until)
        {
            if (File.Exists(file) && Read(await File.ReadAllTextAsync(file, cancellationToken), gateway) is { } line)
            {
                return line;
            }

            await Task.Delay(s_between, cancellationToken);
        }

        return null;
    }

    internal static string? Read(string json, Uri gateway)
    {
        try
        {
            using var demo = JsonDocument.Parse(json);
            if (demo.RootElement.TryGetProperty("curl", out var curl) && curl.GetString() is { } line)
            {
                return line;
            }

            return demo.RootElement.TryGetProperty("apiKey", out var key)
                ? $"curl -s -H \"X-API-Key: {key.GetString()}\" \"{new Uri(gateway, "/api/things?limit=3")}\""
                : null;
        }
        catch (JsonException)
        {
            // Still being written.
            return null;
        }
    }
}
