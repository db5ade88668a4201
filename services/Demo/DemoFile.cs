using System.Text.Json;

namespace OnePlatform.Demo;

/// <summary><c>demo.json</c>: the credentials of the demo tenant, and a line to paste.</summary>
internal static class DemoFile
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task<DemoTenant?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        await using var file = File.OpenRead(path);
        try
        {
            return await JsonSerializer.DeserializeAsync<DemoTenant>(file, s_json, cancellationToken);
        }
        catch (JsonException)
        {
            // Cut short or edited by hand: the demo is made anew.
            return null;
        }
    }

    public static async Task WriteAsync(string path, DemoTenant tenant, CancellationToken cancellationToken)
    {
        var gateway = tenant.Gateway.GetLeftPart(UriPartial.Authority);
        var content = JsonSerializer.Serialize(
            new
            {
                gateway,
                tenant.Email,
                tenant.Password,
                tenant.GroupId,
                tenant.ApiKey,
                curl = $"curl -s -H 'X-API-Key: {tenant.ApiKey}' '{gateway}/api/things?limit=3&fields=id,type,name'",
            },
            s_json);

        // Whoever waits for this file must not read half of it; and it holds a key.
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var draft = path + ".new";
        await File.WriteAllTextAsync(draft, content, cancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(draft, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.Move(draft, path, overwrite: true);
    }
}
