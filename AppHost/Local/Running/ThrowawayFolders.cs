namespace OnePlatform.AppHost.Local;

/// <summary>Folders in the system's temporary one that end with the run that made them.</summary>
internal static class ThrowawayFolders
{
    private const string Prefix = "oneplatform-run-";

    private static readonly TimeSpan s_abandoned = TimeSpan.FromHours(1);

    public static string Create()
    {
        Sweep(Path.GetTempPath(), s_abandoned);
        return Directory.CreateTempSubdirectory(Prefix).FullName;
    }

    /// <summary>
    /// Removes what runs left that were killed outright: folders that nobody holds. Several runs may begin at once and do so together.
    /// </summary>
    /// <param name="parent">Of the folders.</param>
    /// <param name="abandoned">The age of a folder that is not just being made.</param>
    public static void Sweep(string parent, TimeSpan abandoned)
    {
        var newest = TimeProvider.System.GetUtcNow().UtcDateTime - abandoned;
        foreach (var folder in new DirectoryInfo(parent).GetDirectories($"{Prefix}*").Where(folder => folder.CreationTimeUtc <= newest))
        {
            // The lock is never made here: a new one in a folder that another run is just removing would be in that run's way.
            using var held = FileLock.TryTakeExisting(Path.Combine(folder.FullName, FileLock.Name));
            if (held is not null)
            {
                Remove(folder);
            }
        }
    }

    /// <summary>Everything but the lock first: whoever is killed meanwhile leaves a folder that the next run can still take.</summary>
    public static void Empty(DirectoryInfo folder)
    {
        foreach (var entry in folder.GetFileSystemInfos().Where(entry => entry.Name != FileLock.Name))
        {
            if (entry is DirectoryInfo directory)
            {
                directory.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }

    private static void Remove(DirectoryInfo folder)
    {
        try
        {
            Empty(folder);
            folder.Delete(recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Another run had removed it when the lock could be taken: the file was still open here.
        }
    }
}
