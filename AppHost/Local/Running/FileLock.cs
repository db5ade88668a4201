namespace OnePlatform.AppHost.Local;

/// <summary>A file only one process holds; the kernel lets go of it when that process ends, however it ends.</summary>
internal sealed class FileLock : IDisposable
{
    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    public static FileLock? TryTake(string path)
    {
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Held by another process, or made by another user: taken either way.
            return null;
        }
    }

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
}
