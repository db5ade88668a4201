using Aspire.Hosting.ApplicationModel;
using OnePlatform.AppHost;
using OnePlatform.AppHost.Local;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests.AppHost;

public sealed class KeepingState : IDisposable
{
    private readonly string _folder = TemporaryFolder.Create();

    [Fact]
    public async Task A_second_platform_on_the_same_folder_is_refused_in_words()
    {
        await using var first = await StartAsync();

        var refused = await Assert.ThrowsAsync<PlatformException>(() => StartAsync());

        Assert.Contains("--data", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Passwords_survive_a_restart_and_only_their_owner_reads_them()
    {
        var first = await PasswordAsync(reset: false);

        Assert.Equal(first, await PasswordAsync(reset: false));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, "secrets.json")));
    }

    [Fact]
    public async Task Reset_begins_anew()
    {
        var first = await PasswordAsync(reset: false);
        await File.WriteAllTextAsync(Path.Combine(_folder, "demo.json"), "{}");

        Assert.NotEqual(first, await PasswordAsync(reset: true));
        Assert.False(File.Exists(Path.Combine(_folder, "demo.json")));
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task<string> PasswordAsync(bool reset)
    {
        await using var platform = await StartAsync(reset);
        await platform.WaitUntilReadyAsync(Eventually.Deadline);
        return platform.ConnectionString(ResourceNames.Redis).Split("password=")[1];
    }

    private Task<LocalPlatform> StartAsync(bool reset = false) => LocalPlatform.StartAsync(
        [new RedisResource(ResourceNames.Redis)],
        new LocalPlatformOptions { DataFolder = _folder, Throwaway = true, Reset = reset },
        CancellationToken.None);
}
