using System.Security.Cryptography;
using System.Text;

namespace OnePlatform.AppHost.Local;

/// <summary>Everything one platform keeps. One AppHost at a time may use it.</summary>
internal sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnedAndPassable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly FileLock _lock;
    private readonly bool _temporary;

    private DataFolder(string folder, FileLock held, bool temporary)
    {
        Folder = folder;
        _lock = held;
        _temporary = temporary;
        Servers = IsPassable(folder) ? Path.Combine(folder, "servers") : FolderOutside(folder);
    }

    public string Folder { get; }

    /// <summary>The servers' own folders; elsewhere when their accounts could not pass through to <see cref="Folder"/>.</summary>
    public string Servers { get; }

    public bool ServersAreElsewhere => !Servers.StartsWith(Folder, StringComparison.Ordinal);

    public string Running => Path.Combine(Folder, "running");

    public string Logs => Path.Combine(Folder, "logs");

    public string Mail => Path.Combine(Folder, "mail");

    public string DemoFile => Path.Combine(Folder, "demo.json");

    public string SecretsFile => Path.Combine(Folder, "secrets.json");

    public static DataFolder Open(string? folder, bool throwaway)
    {
        var temporary = throwaway && folder is null;
        if (temporary)
        {
            folder = ThrowawayFolders.Create();
            File.SetUnixFileMode(folder, OwnedAndPassable);
        }

        folder = Path.GetFullPath(folder ?? Repository.PathOf(".data"));
        Directory.CreateDirectory(folder);
        return FileLock.TryTake(Path.Combine(folder, FileLock.Name)) is { } held
            ? new DataFolder(folder, held, temporary)
            : throw new PlatformException(
                $"Another AppHost is running on {folder}. Stop it, or give this one a folder of its own: --data <folder>.");
    }

    public void Prepare()
    {
        foreach (var folder in new[] { Servers, Logs, Mail, Running })
        {
            Directory.CreateDirectory(folder);
        }

        File.SetUnixFileMode(Servers, OwnedAndPassable);
    }

    public void Reset()
    {
        ThrowawayFolders.Empty(new DirectoryInfo(Folder));
        if (Directory.Exists(Servers))
        {
            Directory.Delete(Servers, recursive: true);
        }
    }

    public void Dispose()
    {
        if (_temporary)
        {
            Reset();
            Directory.Delete(Folder, recursive: true);
        }

        _lock.Dispose();
    }

    // Root's servers run as other accounts, and a repository in root's home is closed to them.
    private static bool IsPassable(string folder)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return true;
        }

        for (var parent = new DirectoryInfo(folder); parent is not null; parent = parent.Parent)
        {
            if (!parent.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
            {
                return false;
            }
        }

        return true;
    }

    private static string FolderOutside(string folder)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..12];
        return Path.Combine("/var/lib/oneplatform", name);
    }
}
