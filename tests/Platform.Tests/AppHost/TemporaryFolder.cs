namespace OnePlatform.Platform.Tests.AppHost;

internal static class TemporaryFolder
{
    /// <summary>Open to the servers' accounts, so that all state stays in it.</summary>
    public static string Create()
    {
        var folder = Directory.CreateTempSubdirectory("oneplatform-test-").FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        return folder;
    }
}
