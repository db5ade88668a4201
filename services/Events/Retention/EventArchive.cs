using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OnePlatform.Events.Reading;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Retention;

/// <summary>What was archived, as the log tells of it.</summary>
/// <param name="File">Relative to the archive's folder.</param>
/// <param name="Sha256">Of the lines before they were compressed, hexadecimal.</param>
internal sealed record ArchivedFile(string File, long Count, long FromPosition, long ToPosition, string Sha256);

/// <summary>
/// Old events as NDJSON, gzipped, exactly as the API showed them. A file is read back and compared before anything is removed. Its name
/// is the first position in it: what is archived again after an interruption replaces the file, or begins behind it.
/// </summary>
internal sealed class EventArchive(IOptions<RetentionOptions> options)
{
    public bool IsOn => !string.IsNullOrEmpty(options.Value.ArchiveFolder);

    /// <returns>Null when there was nothing to write.</returns>
    /// <exception cref="InvalidDataException">What was written is not what is read back; nothing must be removed.</exception>
    public async Task<ArchivedFile?> WriteAsync(Guid group, IAsyncEnumerable<EventResponse> events, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(options.Value.ArchiveFolder!, group.ToString());
        Directory.CreateDirectory(folder);
        var unfinished = Path.Combine(folder, $"unfinished-{Guid.NewGuid():N}");
        try
        {
            var written = await WriteToAsync(unfinished, events, cancellationToken);
            if (written.Count == 0)
            {
                return null;
            }

            if (await ReadAsync(unfinished, cancellationToken) != written)
            {
                throw new InvalidDataException($"The archive of group {group} from position {written.First} on does not read back as it was written.");
            }

            var name = string.Create(CultureInfo.InvariantCulture, $"{written.First:D12}.ndjson.gz");
            File.Move(unfinished, Path.Combine(folder, name), overwrite: true);
            return new ArchivedFile($"{group}/{name}", written.Count, written.First, written.Last, written.Hash);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static async Task<Content> WriteToAsync(string path, IAsyncEnumerable<EventResponse> events, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var content = new Content(0, 0, 0, "");
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        await using (var zip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
        {
            await foreach (var found in events.WithCancellation(cancellationToken))
            {
                byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(found, ApiJson.Options), (byte)'\n'];
                hash.AppendData(line);
                await zip.WriteAsync(line, cancellationToken);
                var position = found.Position!.Value;
                content = content with { Count = content.Count + 1, First = content.Count == 0 ? position : content.First, Last = position };
            }
        }

        // What is removed from the database must not be lost with the power.
        file.Flush(flushToDisk: true);
        return content with { Hash = Convert.ToHexStringLower(hash.GetHashAndReset()) };
    }

    private static async Task<Content> ReadAsync(string path, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var content = new Content(0, 0, 0, "");
        await using var file = File.OpenRead(path);
        await using var zip = new GZipStream(file, CompressionMode.Decompress);
        using var lines = new StreamReader(zip);
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
            using var json = JsonDocument.Parse(line);
            var position = json.RootElement.GetProperty("position").GetInt64();
            content = content with { Count = content.Count + 1, First = content.Count == 0 ? position : content.First, Last = position };
        }

        return content with { Hash = Convert.ToHexStringLower(hash.GetHashAndReset()) };
    }

    private sealed record Content(long Count, long First, long Last, string Hash);
}
