namespace OnePlatform.Platform.Tests.AppHost;

internal static class Eventually
{
    public static async Task TrueAsync(Func<bool> condition, string what, int seconds = 60)
    {
        var until = TimeProvider.System.GetUtcNow().AddSeconds(seconds);
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < until, $"{what}: not within {seconds} s");
            await Task.Delay(50);
        }
    }
}
