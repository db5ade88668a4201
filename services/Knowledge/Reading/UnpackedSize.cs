using System.IO.Compression;

namespace OnePlatform.Knowledge.Reading;

/// <summary>
/// Unpacks a zip file to nowhere and counts. The sizes written in the file are the sender's word; what the reader will
/// really be given is what comes out.
/// </summary>
internal static class UnpackedSize
{
    public static ReadFailure? Check(ReadOnlyMemory<byte> content, ReadingLimits limits, CancellationToken cancellationToken)
    {
        using var archive = new ZipArchive(new MemoryStream(content.ToArray(), writable: false), ZipArchiveMode.Read);
        if (archive.Entries.Count > limits.Parts)
        {
            return ReadFailure.TooLarge($"The document has {archive.Entries.Count} parts; {limits.Parts} are allowed.");
        }

        var buffer = new byte[81920];
        var total = 0L;
        foreach (var entry in archive.Entries)
        {
            using var stream = entry.Open();
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                total += read;
                if (total > limits.UnpackedBytes)
                {
                    return ReadFailure.TooLarge($"The document unpacks to more than {limits.UnpackedBytes} bytes.");
                }
            }
        }

        return null;
    }
}
