namespace OnePlatform.AppHost.Local;

/// <summary>A file only one process holds; the kernel lets go of it when that process ends, however it ends.</summary>
internal sealed class FileLock : IDisposable
{
    /// <summary>Of the file in a folder that one process at a time may use.</summary>
    public const string Name = "lock";

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    public static FileLock? TryTake(string path) => TryTake(path, FileMode.OpenOrCreate);

    /// <returns>Null also when there is no such file.</returns>
    public static FileLock? TryTakeExisting(string path) => TryTake(path, FileMode.Open);

    public static async Task<FileLock> WaitAsync(string path, TimeSpan patience, CancellationToken cancellationToken)
    {
        var until = TimeProvider.System.GetUtcNow() + patience;
        while (TimeProvider.System.GetUtcNow() < until)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            await Task.Delay(200, cancellationToken);
        }

        throw new PlatformException($"Another process holds {path}.");
    }

    public void Dispose() => _file.Dispose();

    private static FileLock? TryTake(string path, FileMode mode)
    {
        try
        {
            return new FileLock(new FileStream(path, mode, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Held by another process, made by another user or gone: not to be had either way.
            return null;
        }
    }
}
