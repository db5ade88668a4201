using OnePlatform.AppHost.Local;

namespace OnePlatform.Platform.Tests.AppHost;

public sealed class SweepingAfterOthers : IDisposable
{
    private const int Runs = 8;
    private const int Left = 200;

    private readonly string _parent = TemporaryFolder.Create();

    [Fact]
    public async Task Runs_that_begin_at_once_remove_what_was_left_and_nothing_that_is_held()
    {
        for (var i = 0; i < Left; i++)
        {
            Leave($"oneplatform-run-{i}");
        }

        var inUse = Leave("oneplatform-run-in-use");
        using var held = FileLock.TryTakeExisting(Path.Combine(inUse, FileLock.Name));
        var another = Leave("of-somebody-else");
        using var start = new Barrier(Runs);

        await Task.WhenAll(Enumerable.Range(0, Runs).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                ThrowawayFolders.Sweep(_parent, TimeSpan.Zero);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        Assert.NotNull(held);
        Assert.Equal(new[] { another, inUse }.Order(StringComparer.Ordinal), Directory.GetDirectories(_parent).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(Path.Combine(inUse, "logs", "gateway.log")));
    }

    [Fact]
    public void A_folder_that_was_made_just_now_stays()
    {
        var young = Leave("oneplatform-run-young");

        ThrowawayFolders.Sweep(_parent, TimeSpan.FromHours(1));

        Assert.True(Directory.Exists(young));
    }

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    private string Leave(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_parent, name));
        File.WriteAllText(Path.Combine(folder.CreateSubdirectory("logs").FullName, "gateway.log"), name);
        File.WriteAllText(Path.Combine(folder.FullName, FileLock.Name), "");
        return folder.FullName;
    }
}
