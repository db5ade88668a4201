using System.Diagnostics;
using System.Globalization;
using OnePlatform.AppHost.Local;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests;

/// <summary>A disk in memory under one folder, which can be made full and given room again. Takes the right to mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const string Prefix = "oneplatform-disk-";
    private const long Size = 2L << 30;
    private const int MayMount = 21;

    private readonly string _place;

    private SmallDisk(string data, string place)
    {
        (Data, _place) = (data, place);
        Directory.CreateDirectory(place);
        Run("mount", "-t", "tmpfs", "-o", $"size={Size},mode=0711", "oneplatform", place);
    }

    public static bool IsPossible { get; } = File.ReadLines("/proc/self/status")
        .Where(line => line.StartsWith("CapEff:", StringComparison.Ordinal))
        .Any(line => (ulong.Parse(line[7..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> MayMount & 1) == 1);

    /// <summary>A data folder for a platform, on the disks that are there; only what is under the place is on this one.</summary>
    public string Data { get; }

    public static SmallDisk Under(string place)
    {
        RemoveLeftBehind();
        var data = Directory.CreateTempSubdirectory(Prefix).FullName;
        File.SetUnixFileMode(data, (UnixFileMode)0b111_001_001);
        return new SmallDisk(data, Path.Combine(data, place));
    }

    /// <summary>From here on not a byte more fits.</summary>
    public Task FillAsync() => Eventually.TrueAsync(() =>
    {
        var drive = new DriveInfo(_place);
        // What is written between the look and the call makes the call fail.
        return Task.FromResult(TryRun("mount", "-o", $"remount,size={drive.TotalSize - drive.AvailableFreeSpace}", _place) is null);
    });

    public void MakeRoom() => Run("mount", "-o", $"remount,size={Size}", _place);

    public void Dispose()
    {
        Run("umount", "-l", _place);
        Directory.Delete(Data, recursive: true);
    }

    // A test run that was killed could not unmount; nobody holds the lock of its data folder.
    private static void RemoveLeftBehind()
    {
        foreach (var place in File.ReadLines("/proc/mounts").Select(line => line.Split(' ')[1]).Where(place => place.Contains($"/{Prefix}", StringComparison.Ordinal)))
        {
            var data = place[..place.IndexOf('/', place.IndexOf(Prefix, StringComparison.Ordinal))];
            if (FileLock.TryTake(Path.Combine(data, "lock")) is { } free)
            {
                free.Dispose();
                Run("umount", "-l", place);
                Directory.Delete(data, recursive: true);
            }
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        if (TryRun(program, arguments) is { } failure)
        {
            throw new IOException($"{program} {string.Join(' ', arguments)}: {failure}");
        }
    }

    private static string? TryRun(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : errors;
    }
}

/// <summary>A test that fills a disk; where mounting one is not allowed it is told of as skipped.</summary>
internal sealed class FactOnASmallDiskAttribute : FactAttribute
{
    public FactOnASmallDiskAttribute() => Skip = SmallDisk.IsPossible ? null : "A disk that can be filled takes the right to mount one.";
}
